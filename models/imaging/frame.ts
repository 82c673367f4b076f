/**
 * What a decoded image is. One frame is decoded once, by worker/imaging, and goes two ways: to the screen and, through
 * preprocess, into the network. Frames are never changed in place.
 */
import type { Warning } from '../warnings.ts';

export type PixelArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A window of the VOI stage (DICOM PS3.3 C.11.2.1.2), in modality units. */
export interface VoiWindow {
  kind: 'window';
  function: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
  center: number;
  width: number;
  explanation: string;
}

/** A table of the VOI stage (PS3.3 C.11.2.1.1): modality value `firstMapped + i` -> `data[i]`, of `bits` bits. */
export interface VoiLut {
  kind: 'lut';
  firstMapped: number;
  bits: number;
  data: Uint16Array<ArrayBuffer>;
  explanation: string;
}

export type Voi = VoiWindow | VoiLut;

/** Where a spacing comes from; never guessed (PS3.3 10.7). */
export type SpacingSource =
  | 'PixelSpacing'
  | 'ImagerPixelSpacing'
  | 'NominalScannedPixelSpacing'
  | 'UltrasoundRegion'
  | 'PixelSpacing calibrated from fiducials'
  | 'PixelSpacing calibrated from geometry';

/** Millimetres between the centres of neighbouring pixels. */
export interface Spacing {
  row: number;
  column: number;
  source: SpacingSource;
  /** What the reader must know of it: magnification, calibration, a projection's plane. */
  note: Warning | null;
}

/** Direction cosines of rows and columns, and the position of the first pixel, in the patient frame (PS3.3 C.7.6.2). */
export interface PatientPlane {
  /** [x, y, z] along increasing column index, then along increasing row index. */
  orientation: readonly [number, number, number, number, number, number];
  /** Millimetres; null where the file does not say. */
  position: readonly [number, number, number] | null;
  frameOfReferenceUid: string;
}

/** What a frame, or a prediction of it, was made of: equal for two things that are of the same pixels. */
export interface FrameContent {
  /** SHA-256 (hexadecimal) of the stored values in little endian, as `hifuse inspect` gives it. */
  sha256: string;
  /** Which version of the file was read: another one, once the file is changed or replaced. */
  fileVersion: string;
}

/** One decoded frame. */
export interface Frame {
  rows: number;
  columns: number;
  colour: 'grayscale' | 'rgb';
  /** Grayscale: rows*columns stored values. RGB: rows*columns*3, interleaved, 8 bits. */
  pixels: PixelArray;
  /** Modality value = stored * slope + intercept (a Modality LUT sequence has been applied already: then 1 and 0). */
  rescale: { slope: number; intercept: number };
  /** Unit of modality values ('HU', 'US', ...), empty if not given. */
  unit: string;
  /** Body-weight SUV (g/ml) = modality value * this; absent where the file does not allow to compute it. */
  standardUptake?: number;
  /** The file's own windows and tables, in order; the first is what the file asks to be shown with. Empty for RGB. */
  voi: readonly Voi[];
  /** What to show with where the file names no window: made from the pixels, padding left out. */
  automaticWindow: VoiWindow;
  /** MONOCHROME1, or a presentation LUT shape INVERSE: invert after VOI. */
  invert: boolean;
  /** Smallest and largest stored value, padding left out. */
  minimum: number;
  maximum: number;
  /** Stored values in [low, high] are padding, not image; null if none. */
  padding: { low: number; high: number } | null;
  /** Height of a pixel over its width; 1 where not given. */
  pixelAspectRatio: number;
  spacing: Spacing | null;
  /** Patient Orientation of the file (0020,0020), e.g. ['L', 'F']; null if unknown. */
  patientOrientation: readonly [string, string] | null;
  plane: PatientPlane | null;
  /** EXIF orientation 1-8 of a photograph; already applied to `pixels` (display). 1 for DICOM. */
  exifOrientation: number;
  /**
   * True on frames of JPEG, PNG and other picture files: their samples are grey levels, not modality values, so a
   * package's `dicomWindow` does not concern them.
   */
  picture?: true;
  /**
   * RGB alone: `pixels` converted to sRGB by the file's embedded ICC profile, for the screen and for reports. Absent
   * where the file has no profile. The network never sees these.
   */
  displayPixels?: Uint8Array<ArrayBuffer>;
  content: FrameContent;
  /** True where the file says that it was compressed with loss (0028,2110), or is a lossy JPEG or WebP. */
  lossy: boolean;
  /** What the reader must know, e.g. that there are fewer bytes than declared. */
  warnings: readonly Warning[];
}

/** Bytes that the pixels of a frame take. */
export const frameBytes = ({ pixels, displayPixels }: Frame): number =>
  pixels.byteLength + (displayPixels?.byteLength ?? 0);
