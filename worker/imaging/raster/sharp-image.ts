/** JPEG, PNG, TIFF and WebP through sharp, with the sample values that Pillow gives. */
import type { Metadata } from 'sharp';
import { exifOrientationOf, swapsAxes } from '../../../models/imaging/exif-orientation.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import { warning } from '../../../models/warnings.ts';
import { decodeNative } from '../dicom/codecs/dcmjs-codecs.ts';
import { hasEntropyFlaw } from '../dicom/codecs/jpeg-entropy.ts';
import { hasAllScans, readJpegHeader, PROGRESSIVE } from '../dicom/codecs/jpeg-header.ts';
import { sharp } from './codec.ts';
import type { RasterFormat } from './format.ts';
import type { Picture } from './pixels.ts';
import { isTiffDamaged } from './tiff-damage.ts';
import { readTiffPage } from './tiff.ts';
import { isWebpDamaged } from './webp.ts';

export type SharpFormat = Exclude<RasterFormat, 'bmp'>;

type Depth = NonNullable<Metadata['depth']>;

/** libvips sample format -> typed array. Complex samples are no image to look at. */
const ARRAYS: Partial<Record<Depth, new (buffer: ArrayBuffer) => PixelArray>> = {
  uchar: Uint8Array,
  char: Int8Array,
  ushort: Uint16Array,
  short: Int16Array,
  uint: Uint32Array,
  int: Int32Array,
  float: Float32Array,
  double: Float64Array,
};

/** libvips colour spaces of one channel -> the space to ask for, so that values stay as they are. */
const GRAY_SPACES: Readonly<Record<string, 'b-w' | 'grey16'>> = { 'b-w': 'b-w', grey16: 'grey16' };

/**
 * How strict libvips is. 'error' refuses files that end early or hold broken data (the checksums of PNG among them),
 * where its lower levels would fill the rest with grey. Broken data in a JPEG is a warning of libjpeg's; that of other
 * formats' libraries speak of profiles and tags that no picture depends on.
 */
type Strictness = 'warning' | 'error';

const STRICTEST: Readonly<Record<SharpFormat, Strictness>> = {
  jpeg: 'warning',
  png: 'error',
  tiff: 'error',
  webp: 'error',
};

/** One page of a file. */
interface Source {
  bytes: Uint8Array;
  page: number;
  failOn: Strictness;
}

/** Opens a page. Sizes are checked by the caller, against our own limit. */
const open = ({ bytes, page, failOn }: Source, ignoreIcc = true) =>
  sharp(bytes, { failOn, limitInputPixels: false, sequentialRead: true, ignoreIcc, page });

/** What the header tells. Rows and columns are as displayed. */
export interface PictureHeader {
  rows: number;
  columns: number;
  frames: number;
  metadata: Metadata;
}

/** Reads the header of a page; of JPEG and PNG, the start of the file is enough. */
export async function readPictureHeader(source: Uint8Array, page: number): Promise<PictureHeader> {
  const metadata = await sharp(source, { failOn: 'error', limitInputPixels: false, page }).metadata();
  const swap = swapsAxes(exifOrientationOf(metadata.orientation));
  return {
    rows: swap ? metadata.width : metadata.height,
    columns: swap ? metadata.height : metadata.width,
    frames: metadata.pages ?? 1,
    metadata,
  };
}

const contains = (bytes: Uint8Array, text: string, encoding: BufferEncoding): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(Buffer.from(text, encoding));

/** What the bytes of a format tell beyond libvips: whether they hold less than was drawn. May throw for cut-off files. */
const LOSSY: Record<SharpFormat, (bytes: Uint8Array, page: number) => boolean> = {
  jpeg: () => true,
  png: () => false,
  tiff: (bytes, page) => readTiffPage(bytes, page).lossy,
  webp: (bytes) => !contains(bytes.subarray(0, 1 << 16), 'VP8L', 'latin1'),
};

/** A profile that calls itself sRGB needs no conversion for the screen. */
const isSrgb = (profile: Uint8Array): boolean =>
  contains(profile, 'sRGB', 'latin1') || contains(profile, 's\0R\0G\0B', 'latin1');

/**
 * CMYK to RGB as Pillow converts it, integer by integer: each ink darkens what black leaves over. libvips would use a
 * printing profile, which the network never saw in training.
 */
function cmykToRgb(cmyk: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - cmyk[from + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const product = cmyk[from + channel]! * light + 128;
      rgb[to++] = Math.max(0, light - ((product + (product >> 8)) >> 8));
    }
  }
  return rgb;
}

/** The buffer under sharp's result, copied only where it is a part of a larger one. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer =>
  (byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;

/** Grey samples in the file's own depth. */
async function grayPixels(source: Source, { space, depth }: Metadata): Promise<PixelArray> {
  const array = ARRAYS[depth!];
  if (!array) throw new Error(`samples of type ${depth} are not supported`);
  const data = await open(source).removeAlpha().toColourspace(GRAY_SPACES[space!]!).raw({ depth: depth! }).toBuffer();
  return new array(bytesOf(data));
}

/** RGB in 8 bits: deeper samples keep their high byte, alpha is dropped without blending, as Pillow does. */
async function rgbPixels(source: Source, { space }: Metadata): Promise<Uint8Array<ArrayBuffer>> {
  if (space === 'cmyk') {
    return cmykToRgb(await open(source).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer());
  }
  const data = await open(source).removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
  return new Uint8Array(bytesOf(data));
}

/** RGB in sRGB, by the embedded profile. */
async function managedPixels(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  const data = await open(source, false).removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
  return new Uint8Array(bytesOf(data));
}

/**
 * Decodes one page of a file whose header has been read; with a warning where a library met broken data and went on.
 * Rejects with libvips' own reason.
 */
export async function decodePicture(
  bytes: Uint8Array,
  format: SharpFormat,
  page: number,
  header: PictureHeader,
): Promise<Picture> {
  const lossy = LOSSY[format](bytes, page);
  const decode = (failOn: Strictness) => decodeWith({ bytes, page, failOn }, header, lossy);
  const strict = decode(STRICTEST[format]).then(
    (picture) => ({ picture }),
    (error: unknown) => ({ error }),
  );
  // While libvips decodes in a thread of its own.
  const damaged = await DAMAGED[format](bytes, page);
  const result = await strict;
  if ('picture' in result && !damaged) return result.picture;
  if ('error' in result && STRICTEST[format] === 'error') throw result.error;
  const shown = 'picture' in result ? result.picture : await decode('error');
  return { ...shown, warnings: [warning('image.damaged')] };
}

/**
 * Whether a JPEG lacks scans, or holds more than its pixels, which tells that bits were lost on the way: libvips stops at
 * the last pixel and does not look. Progressive data can be followed by decoding it alone; false for the kinds of it that
 * the other decoder does not know (CMYK).
 */
async function isJpegDamaged(bytes: Uint8Array): Promise<boolean> {
  try {
    const { process, rows, columns, precision, components } = readJpegHeader(bytes);
    const samplesPerPixel = components.length;
    if (process !== PROGRESSIVE) return hasEntropyFlaw(bytes);
    if (!hasAllScans(bytes)) return true;
    if (samplesPerPixel !== 1 && samplesPerPixel !== 3) return false;
    const request = { rows, columns, samplesPerPixel, bits: precision, signed: false, bytes };
    return (await decodeNative('decodeJpeg', request)).warned;
  } catch {
    return false;
  }
}

/** What the compressed pixels of a format tell of damage that libvips passes over. */
const DAMAGED: Record<SharpFormat, (bytes: Uint8Array, page: number) => boolean | Promise<boolean>> = {
  jpeg: isJpegDamaged,
  png: () => false,
  tiff: (bytes, page) => isTiffDamaged(readTiffPage(bytes, page)),
  webp: isWebpDamaged,
};

async function decodeWith(source: Source, { metadata }: PictureHeader, lossy: boolean): Promise<Picture> {
  const gray = GRAY_SPACES[metadata.space] !== undefined;
  const pixels = gray ? await grayPixels(source, metadata) : await rgbPixels(source, metadata);
  const managed = !gray && metadata.icc && !isSrgb(metadata.icc);
  return {
    rows: metadata.height,
    columns: metadata.width,
    channels: gray ? 1 : 3,
    pixels,
    exifOrientation: exifOrientationOf(metadata.orientation),
    lossy,
    displayPixels: managed ? await managedPixels(source) : null,
    warnings: [],
  };
}
