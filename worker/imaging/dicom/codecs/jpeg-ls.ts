import { interleave } from '../samples.ts';
import type { Codec } from './codec.ts';
import { EmscriptenCodec } from './emscripten.ts';
import { checkJpegSize, hasEnd, readJpegHeader } from './jpeg-header.ts';
import { toSamples } from './words.ts';

const charls = new EmscriptenCodec('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder');

/** What CharLS tells of the scans besides. */
interface JpegLsDecoder {
  getInterleaveMode(): number;
  getNearLossless(): number;
}

/** ILV of a scan (ITU-T T.87 C.2.3): one component after the other, which CharLS leaves so. */
const NOT_INTERLEAVED = 0;

/** JPEG-LS, lossless and near-lossless (CharLS). */
export const jpegLs: Codec = async (bytes, description) => {
  const header = readJpegHeader(bytes);
  checkJpegSize(header, description);
  // CharLS never comes back from a stream that ends early.
  if (!hasEnd(bytes)) throw new Error('its stream is cut off');
  const { rows, columns, precision } = header;
  const samplesPerPixel = header.components.length;
  const {
    result: [decoded, planar, lossy],
  } = await charls.decode(bytes, (decoder) => {
    const scan = decoder as unknown as JpegLsDecoder;
    return [
      toSamples(decoder.getDecodedBuffer(), rows * columns * samplesPerPixel, precision, false),
      scan.getInterleaveMode() === NOT_INTERLEAVED,
      scan.getNearLossless() > 0,
    ];
  });
  return {
    rows,
    columns,
    samplesPerPixel,
    samples: planar && samplesPerPixel > 1 ? interleave(decoded, samplesPerPixel) : decoded,
    bits: precision,
    signed: false,
    photometric: null,
    lossy,
  };
};
