import type { PixelArray } from '../../../../models/imaging/frame.ts';

/** Copies the bytes that a decoder gave into an array of its samples' width and sign. */
export function toSamples(bytes: Uint8Array, count: number, bits: number, signed: boolean): PixelArray {
  const samples =
    bits <= 8
      ? signed
        ? new Int8Array(count)
        : new Uint8Array(count)
      : bits <= 16
        ? signed
          ? new Int16Array(count)
          : new Uint16Array(count)
        : signed
          ? new Int32Array(count)
          : new Uint32Array(count);
  if (bytes.byteLength < samples.byteLength) throw new Error('it gives fewer pixels than it declares');
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return samples;
}
