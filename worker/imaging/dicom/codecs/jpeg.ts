import type { Codec } from './codec.ts';
import { decodeNative } from './dcmjs-codecs.ts';
import { hasEntropyFlaw } from './jpeg-entropy.ts';
import { checkJpegSize, hasAllScans, hasEnd, readJpegHeader, type JpegHeader } from './jpeg-header.ts';

const LOSSLESS = 0xc3;
const ADOBE_YCBCR = 1;
const RGB_IDS = [...'RGB'].map((letter) => letter.charCodeAt(0));

/**
 * JPEG of all processes that DICOM has used: baseline, extended (8 and 12 bits), progressive, lossless. Colours stay as
 * they stand in the stream.
 */
export const jpeg: Codec = async (bytes, description) => {
  const header = readJpegHeader(bytes);
  const { rows, columns, precision } = header;
  const samplesPerPixel = header.components.length;
  checkJpegSize(header, description);
  if (precision < 2 || precision > 16) throw new Error(`a precision of ${precision} bits is no JPEG`);
  const { samples, warned } = await decodeNative('decodeJpeg', {
    rows,
    columns,
    samplesPerPixel,
    bits: precision,
    signed: false,
    bytes,
  });
  return {
    rows,
    columns,
    samplesPerPixel,
    samples,
    bits: precision,
    signed: false,
    photometric: photometricOf(header),
    lossy: header.process !== LOSSLESS,
    flaw: !hasEnd(bytes) || !hasAllScans(bytes) ? 'cut' : warned || hasEntropyFlaw(bytes) ? 'damaged' : undefined,
  };
};

/**
 * What the stream itself says of its colours, which goes before the header: headers that say RGB of a YCbCr stream are
 * common. JFIF is always YCbCr; only YCbCr makes sense with coarser second and third components.
 */
function photometricOf({ components, jfif, adobeTransform, process }: JpegHeader): 'RGB' | 'YBR_FULL' | null {
  if (components.length !== 3 || process === LOSSLESS) return null;
  if (components.every(({ id }, i) => id === RGB_IDS[i])) return 'RGB';
  const [first, ...others] = components;
  const coarser = others.every((other) => other.horizontal * other.vertical < first!.horizontal * first!.vertical);
  return jfif || adobeTransform === ADOBE_YCBCR || coarser ? 'YBR_FULL' : null;
}
