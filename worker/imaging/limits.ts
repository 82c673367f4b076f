/**
 * How much an image may claim. Every size that a file declares is checked against these, and against what the file
 * really holds, before anything is allocated: so one file costs well under 1 GB and never hangs.
 */
export const LIMITS = {
  /** Rows times columns: four times a 4096 x 4096 radiograph. */
  pixelsPerFrame: 2 ** 26,
  /** Decoded bytes of one frame, all samples. */
  bytesPerFrame: 2 ** 28,
  /** Compressed bytes of one frame. */
  compressedBytesPerFrame: 2 ** 27,
  /** Samples of one compressed frame: decoders take up to 16 bytes for each while they work. */
  compressedSamplesPerFrame: 50_000_000,
  /** A JPEG, PNG, TIFF, BMP or WebP file, which is read as a whole. */
  pictureFileBytes: 2 ** 28,
  /** Frames of one file. */
  framesPerFile: 1_000_000,
  /** Fragments of one file. */
  fragmentsPerFile: 4_000_000,
  /** What stands before the pixel data. */
  headerBytes: 2 ** 27,
  /** A deflated data set when inflated. */
  inflatedBytes: 2 ** 28,
  /** First read of a header; most headers are shorter. */
  firstRead: 2 ** 16,
  /** Bytes of parsed headers that a thread keeps, so that the next frame of a file starts at once; one is kept always. */
  keptHeaderBytes: 2 ** 23,
  /** Milliseconds that reading a file may take, and what needs no decoding, before the thread is ended: drives sleep. */
  readMilliseconds: 60_000,
} as const;
