import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { PixelDescription } from './pixels.ts';

/** An array for stored values: as wide as Bits Allocated says, signed as Pixel Representation says. */
export function allocateSamples({ kind, bitsAllocated, signed }: PixelDescription, length: number): PixelArray {
  if (kind === 'float') return new Float32Array(length);
  if (kind === 'double') return new Float64Array(length);
  if (bitsAllocated <= 8) return signed && bitsAllocated === 8 ? new Int8Array(length) : new Uint8Array(length);
  if (bitsAllocated === 16) return signed ? new Int16Array(length) : new Uint16Array(length);
  return signed ? new Int32Array(length) : new Uint32Array(length);
}

/**
 * Takes Bits Stored bits that end at High Bit out of each cell, and extends the sign: so nothing in the other bits
 * (overlays, garbage) leaks into values (PS3.5 8.1.1). In place: the array is the caller's own.
 */
export function extractStoredBits(
  samples: PixelArray,
  { kind, bitsAllocated, bitsStored, highBit, signed }: PixelDescription,
): void {
  if (kind !== 'integer' || bitsAllocated === 1 || bitsStored === bitsAllocated) return;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  if (signed) for (let i = 0; i < samples.length; i++) samples[i] = (samples[i]! << left) >> right;
  else for (let i = 0; i < samples.length; i++) samples[i] = (samples[i]! << left) >>> right;
}
