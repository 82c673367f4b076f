import { createRequire } from 'node:module';
import type * as DcmjsCodecs from 'dcmjs-codecs';
import type { PixelArray } from '../../../../models/imaging/frame.ts';

/** One stream for a decoder of dcmjs-codecs (DCMTK's JPEG codecs in WebAssembly). */
export interface NativeRequest {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  bits: number;
  signed: boolean;
  bytes: Uint8Array;
}

type Library = typeof DcmjsCodecs;
type Method = 'decodeJpeg' | 'decodeJpegLs';

const require = createRequire(import.meta.url);

let ready: Promise<Library> | null = null;

/**
 * What libjpeg says when it meets bytes that cannot be and goes on. It speaks of sound streams, too; these alone mean
 * damage (its file jerror.h, JWRN_*).
 */
const DAMAGE = /corrupt jpeg data|premature end|inconsistent progression|bad huffman|invalid sos/i;

/** What the codec that runs now has said of damage; threads decode one image at a time, and calls do not yield. */
let damageSaid = false;

/** Loads the module once; again after a failure, since a C++ exception leaves its memory as it was. */
function load(): Promise<Library> {
  ready ??= (async () => {
    const library = require('dcmjs-codecs') as Library;
    library.log.setLevel('silent');
    // The one way in which libjpeg's warnings come out.
    library.log.info = (message: unknown) => {
      if (DAMAGE.test(String(message))) damageSaid = true;
    };
    library.NativeCodecs.release();
    await library.NativeCodecs.initializeAsync({ logCodecsInfo: true });
    return library;
  })();
  return ready;
}

/**
 * Decodes to interleaved samples of 8 or 16 bits, colours as they stand in the stream. `warned`: the codec met what
 * cannot be, and went on.
 */
export async function decodeNative(
  method: Method,
  request: NativeRequest,
): Promise<{ samples: PixelArray; warned: boolean }> {
  const { Context, NativeCodecs } = await load();
  const wide = request.bits > 8;
  const context = new Context({
    width: request.columns,
    height: request.rows,
    bitsAllocated: wide ? 16 : 8,
    bitsStored: request.bits,
    samplesPerPixel: request.samplesPerPixel,
    pixelRepresentation: request.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: request.samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
    encodedBuffer: request.bytes,
  });
  damageSaid = false;
  try {
    const decoded = NativeCodecs[method](context, { convertColorspaceToRgb: false });
    const bytes = decoded.getDecodedBuffer() as Uint8Array<ArrayBuffer> | undefined;
    const expected = request.rows * request.columns * request.samplesPerPixel * (wide ? 2 : 1);
    if (!bytes || bytes.byteLength < expected) throw new Error('it gives fewer pixels than it declares');
    const samples = wide ? new Uint16Array(bytes.buffer, bytes.byteOffset, expected / 2) : bytes.subarray(0, expected);
    return { samples, warned: damageSaid };
  } catch (error) {
    ready = null;
    throw error;
  }
}
