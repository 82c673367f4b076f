import type { Codec } from './codec.ts';
import { EmscriptenCodec } from './emscripten.ts';
import { checkJpegSize, hasEnd, readJpegHeader } from './jpeg-header.ts';
import { toSamples } from './words.ts';

const charls = new EmscriptenCodec('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder');

/** JPEG-LS, lossless and near-lossless (CharLS). */
export const jpegLs: Codec = async (bytes, description) => {
  const header = readJpegHeader(bytes);
  checkJpegSize(header, description);
  const { rows, columns, precision } = header;
  const samplesPerPixel = header.components.length;
  const [samples, lossy] = await charls.decode(bytes, (decoder) => [
    toSamples(decoder.getDecodedBuffer(), rows * columns * samplesPerPixel, precision, false),
    (decoder as unknown as { getNearLossless(): number }).getNearLossless() > 0,
  ]);
  return {
    rows,
    columns,
    samplesPerPixel,
    samples,
    bits: precision,
    signed: false,
    photometric: null,
    lossy,
    complete: hasEnd(bytes),
  };
};
