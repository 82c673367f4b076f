import { interleave } from '../samples.ts';
import type { Codec } from './codec.ts';
import { decodeNative } from './dcmjs-codecs.ts';
import { checkJpegSize, hasEnd, readJpegHeader, scansOf } from './jpeg-header.ts';

/** ILV of a scan (ITU-T T.87 C.2.3): one component after the other, which the decoder leaves so. */
const NOT_INTERLEAVED = 0;

/** JPEG-LS, lossless and near-lossless. A stream that its decoder cannot follow to the end is refused, never shown in part. */
export const jpegLs: Codec = async (bytes, description) => {
  const header = readJpegHeader(bytes);
  checkJpegSize(header, description);
  if (!hasEnd(bytes)) throw new Error('its stream is cut off');
  const { rows, columns, precision } = header;
  const samplesPerPixel = header.components.length;
  const { samples } = await decodeNative('decodeJpegLs', {
    rows,
    columns,
    samplesPerPixel,
    bits: precision,
    signed: false,
    bytes,
  });
  // NEAR and ILV stand where scans of other processes have their spectral selection.
  const scans = scansOf(bytes);
  const planar = samplesPerPixel > 1 && scans[0]?.last === NOT_INTERLEAVED;
  return {
    rows,
    columns,
    samplesPerPixel,
    samples: planar ? interleave(samples, samplesPerPixel) : samples,
    bits: precision,
    signed: false,
    photometric: null,
    lossy: scans.some(({ first }) => first > 0),
  };
};
