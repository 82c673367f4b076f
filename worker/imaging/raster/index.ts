/** JPEG, PNG, TIFF, BMP and WebP files: header and frames. */
import { foreignText, HifuseError, toErrorValue } from '../../../models/errors.ts';
import type { Frame } from '../../../models/imaging/frame.ts';
import type { ImageHeader, Inspection } from '../../protocol.ts';
import { startClock } from '../clock.ts';
import type { ImageFile } from '../image-file.ts';
import { LIMITS } from '../limits.ts';
import { isOutOfMemory, outOfMemory } from '../memory.ts';
import { contentOf, summarize } from '../summarize.ts';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import type { RasterFormat } from './format.ts';
import { pictureFrame, type Picture } from './pixels.ts';
import { decodePicture, readPictureHeader } from './sharp-image.ts';

/** Samples of a pixel, at the most that is decoded. */
const SAMPLES = 3;

/** Headers of pictures hold nothing about the patient or the study. */
const NOTHING_KNOWN = {
  frameTime: null,
  modality: '',
  bodyPart: '',
  viewPosition: '',
  laterality: '',
  photometricInterpretation: '',
  imageType: [],
  sopClassUid: '',
  burnedInAnnotation: '',
  qualityControlImage: '',
  protocolName: '',
  patientName: '',
  patientId: '',
  patientBirthDate: '',
  patientSex: '',
  patientAge: '',
  age: null,
  studyUid: '',
  studyDate: '',
  studyTime: '',
  studyDescription: '',
  accessionNumber: '',
  institutionName: '',
  seriesUid: '',
  seriesNumber: null,
  seriesDescription: '',
  sopInstanceUid: '',
  instanceNumber: null,
  plane: null,
} as const;

interface Size {
  rows: number;
  columns: number;
  frames: number;
}

function checkSize({ rows, columns }: Pick<Size, 'rows' | 'columns'>, name: string): void {
  if (rows * columns <= LIMITS.pixelsPerFrame) return;
  const limit = Math.floor(LIMITS.pixelsPerFrame / 1e6);
  throw new HifuseError('image.too-large', { reason: 'pixels', file: name, columns, rows, limit });
}

/** Runs a decoder; whatever it throws that is not ours means that the file is damaged. */
async function decoding<T>(name: string, format: RasterFormat, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    if (isOutOfMemory(error)) throw outOfMemory(name);
    throw new HifuseError('image.corrupt', {
      reason: 'raster',
      file: name,
      format: format.toUpperCase(),
      message: foreignText(error),
    });
  }
}

/**
 * Header of a picture file. Rows and columns are as displayed, frames are a TIFF's or WebP's pages.
 * Throws `file.*`, `image.corrupt`, `image.too-large`.
 */
export async function readRasterHeader(file: ImageFile, format: RasterFormat): Promise<ImageHeader> {
  const { rows, columns, frames } = await decoding(file.name, format, () => readSize(file, format));
  checkSize({ rows, columns }, file.name);
  return { path: file.path, fileVersion: file.version, format, rows, columns, frames, ...NOTHING_KNOWN };
}

/** Formats whose header stands at the start, so that a list need not read whole files. */
const HEADER_FIRST: ReadonlySet<RasterFormat> = new Set(['jpeg', 'png', 'bmp']);

async function readSize(file: ImageFile, format: RasterFormat): Promise<Size> {
  const parse = (bytes: Uint8Array): Size | Promise<Size> =>
    format === 'bmp' ? readBmpHeader(bytes) : readPictureHeader(bytes, 0);
  if (HEADER_FIRST.has(format)) {
    for (let length: number = LIMITS.firstRead; length < file.size; length *= 8) {
      try {
        return await parse(file.read(0, Math.min(length, LIMITS.pictureFileBytes)));
      } catch {
        // Profiles and thumbnails may stand before what matters: a longer part tells whether the file is damaged.
      }
    }
  }
  return parse(readWhole(file));
}

/** The whole file, if it is not too large to be held. */
function readWhole(file: ImageFile): Uint8Array<ArrayBuffer> {
  if (file.size <= LIMITS.pictureFileBytes) return file.read(0, file.size);
  const limit = Math.floor(LIMITS.pictureFileBytes / 2 ** 20);
  throw new HifuseError('file.too-large', { reason: 'picture', file: file.name, limit });
}

/**
 * One frame (page, counted from 0) of a picture file, as displayed: EXIF orientation applied, no ICC conversion in
 * `pixels`. Throws `file.*`, `image.*`; a file that ends early is an error, never a half grey picture.
 */
export async function decodeRaster(file: ImageFile, format: RasterFormat, frame: number): Promise<Frame> {
  const { name } = file;
  const bytes = readWhole(file);
  const picture: Picture = await decoding(name, format, async () => {
    if (format === 'bmp') {
      const header = readBmpHeader(bytes);
      checkFrame(frame, header, name);
      startClock(header.rows * header.columns * SAMPLES);
      return decodeBmp(bytes);
    }
    const first = await readPictureHeader(bytes, 0);
    checkFrame(frame, first, name);
    const header = frame === 0 ? first : await readPictureHeader(bytes, frame);
    checkSize(header, name);
    startClock(header.rows * header.columns * SAMPLES);
    return decodePicture(bytes, format, frame, header);
  });
  return pictureFrame(picture, (pixels) => contentOf(file, pixels));
}

/** Header and values of the first frame as shown; what is wrong with the pixels stands in `error`. */
export async function inspectRaster(
  file: ImageFile,
  format: RasterFormat,
): Promise<Omit<Inspection, 'schema' | 'file'>> {
  const { rows, columns, frames } = await readRasterHeader(file, format);
  const header = { Format: format, Rows: rows, Columns: columns, NumberOfFrames: frames };
  try {
    const { colour, pixels, warnings, ...size } = await decodeRaster(file, format, 0);
    const shape = colour === 'rgb' ? [size.rows, size.columns, 3] : [size.rows, size.columns];
    return { header, frame0: summarize(pixels, shape), warnings, error: null };
  } catch (error) {
    return { header, frame0: null, warnings: [], error: toErrorValue(error) };
  }
}

function checkFrame(frame: number, size: Size, name: string): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= size.frames) {
    throw new HifuseError('image.no-such-frame', {
      reason: 'frames',
      file: name,
      count: size.frames,
      frame: frame + 1,
    });
  }
  checkSize(size, name);
}
