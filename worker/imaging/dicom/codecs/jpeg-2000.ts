import type { PixelDescription } from '../pixel-description.ts';
import { UnsupportedStream, type Codec } from './codec.ts';
import { EmscriptenCodec } from './emscripten.ts';
import { findCodestream, flawOf, readJpeg2000Header, type Jpeg2000Header } from './jpeg-2000-header.ts';
import { toSamples } from './words.ts';

const openJpeg = new EmscriptenCodec('@cornerstonejs/codec-openjpeg/decodewasmjs', 'J2KDecoder');
const openJph = new EmscriptenCodec('@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KDecoder');

/** Side of the smallest tiles that an honest image has. */
const SMALLEST_TILE = 32;

/** Pixels that a zero byte stands for, at the least, where codes of smooth pictures give long runs of them. */
const PIXELS_PER_ZERO = 8192;

/** @param zeros bytes in a row that its code blocks do not have */
const decodeWith =
  (codec: EmscriptenCodec, zeros: number): Codec =>
  async (bytes, description) => {
    const stream = findCodestream(bytes);
    const header = readJpeg2000Header(stream);
    check(header, description);
    const { rows, columns } = header;
    const samplesPerPixel = header.components.length;
    const { bits, signed } = header.components[0]!;
    const { result: samples, warned } = await codec.decode(stream, (decoder) => {
      const info = decoder.getFrameInfo();
      if (info.width !== columns || info.height !== rows || info.componentCount !== samplesPerPixel) {
        throw new Error('its stream is damaged');
      }
      return toSamples(decoder.getDecodedBuffer(), rows * columns * samplesPerPixel, bits, signed);
    });
    return {
      rows,
      columns,
      samplesPerPixel,
      samples,
      bits,
      signed,
      photometric: header.componentTransform || impliesTransform(description) ? 'RGB' : null,
      lossy: !header.reversible,
      flaw: flawOf(stream, header, zeros + (rows * columns) / PIXELS_PER_ZERO) ?? (warned ? 'damaged' : undefined),
    };
  };

/** JPEG 2000 Part 1 (OpenJPEG). The inverse component transform is done by the decoder. */
export const jpeg2000: Codec = decodeWith(openJpeg, 16);

/** High-throughput JPEG 2000 (OpenJPH). Its blocks hold magnitudes as they are, of which many may be zero. */
export const htj2k: Codec = decodeWith(openJph, 64);

/** YBR_ICT and YBR_RCT name the codec's own transform: samples that it has not touched are RGB still. */
function impliesTransform({ photometric }: PixelDescription): boolean {
  return photometric === 'YBR_ICT' || photometric === 'YBR_RCT';
}

/** Before the decoder allocates for a stream that claims more than its file. */
function check({ rows, columns, tiles, components }: Jpeg2000Header, description: PixelDescription): void {
  if (
    rows !== description.rows ||
    columns !== description.columns ||
    components.length !== description.samplesPerPixel
  ) {
    throw new Error(
      `the header declares ${description.columns} x ${description.rows} pixels, the stream ${columns} x ${rows} with ${components.length} component(s)`,
    );
  }
  // The grid of tiles may begin before the image.
  const [down, across] = [rows, columns].map((size) => Math.ceil(size / SMALLEST_TILE) + 1) as [number, number];
  if (tiles > down * across) throw new Error('it claims too many tiles');
  const [first] = components;
  const uniform = components.every(({ bits, signed, dx, dy }) => {
    return bits === first!.bits && signed === first!.signed && dx === 1 && dy === 1;
  });
  if (!uniform) throw new UnsupportedStream('its components differ in size or depth');
}
