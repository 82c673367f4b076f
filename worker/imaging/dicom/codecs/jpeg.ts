import type { Codec } from './codec.ts';
import { decodeNative } from './dcmjs-codecs.ts';
import { checkJpegSize, readJpegHeader } from './jpeg-header.ts';

const LOSSLESS = 0xc3;

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
  const samples = await decodeNative('decodeJpeg', {
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
    photometric: null,
    lossy: header.process !== LOSSLESS,
  };
};
