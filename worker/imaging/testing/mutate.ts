/** Damages files as transfers, disks and attackers do; the same seed gives the same damage. */

import type { Random } from '../../../models/random.ts';

type Mutation = (bytes: Uint8Array, next: Random) => Uint8Array;

const below = (next: Random, limit: number) => Math.floor(next() * limit);

/** Lengths and counts that break careless readers. */
const EXTREMES = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xfffffffe, 0xffffffff];

const truncate: Mutation = (bytes, next) => bytes.slice(0, below(next, bytes.length));

const flipBits: Mutation = (bytes, next) => {
  const result = bytes.slice();
  for (let count = 1 + below(next, 16); count > 0; count--) result[below(next, result.length)]! ^= 1 << below(next, 8);
  return result;
};

/** Damages the header alone, where every byte counts. */
const flipHeaderBits: Mutation = (bytes, next) => {
  const result = bytes.slice();
  const limit = Math.min(result.length, 4096);
  for (let count = 1 + below(next, 8); count > 0; count--) result[below(next, limit)]! ^= 1 << below(next, 8);
  return result;
};

/** Writes an extreme number where an element, item or marker may keep its length. */
const mutateLength: Mutation = (bytes, next) => {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  const places = lengthFields(result);
  const at = places.length > 0 && next() < 0.9 ? places[below(next, places.length)]! : below(next, result.length - 4);
  const value = next() < 0.7 ? EXTREMES[below(next, EXTREMES.length)]! : below(next, 2 ** 32);
  if (next() < 0.5) view.setUint32(at, value, true);
  else view.setUint16(at, value & 0xffff, next() < 0.7);
  return result;
};

/** Offsets behind what looks like an explicit VR, an item, or a marker of JPEG or JPEG 2000. */
function lengthFields(bytes: Uint8Array): number[] {
  const places: number[] = [];
  const capital = (byte: number) => byte >= 0x41 && byte <= 0x5a;
  for (let i = 128; i + 12 < bytes.length && places.length < 2000; i++) {
    if (capital(bytes[i]!) && capital(bytes[i + 1]!)) places.push(i + 2, i + 4);
    if (bytes[i] === 0xfe && bytes[i + 1] === 0xff && bytes[i + 3] === 0xe0) places.push(i + 4);
    if (bytes[i] === 0xff && bytes[i + 1]! >= 0x4f && bytes[i + 1]! < 0xff) places.push(i + 2, i + 5, i + 7);
  }
  return places;
}

/** Writes zeros or noise over a stretch. */
const overwrite: Mutation = (bytes, next) => {
  const result = bytes.slice();
  const start = below(next, result.length);
  const end = Math.min(result.length, start + 1 + below(next, 512));
  const noise = next() < 0.5;
  for (let i = start; i < end; i++) result[i] = noise ? below(next, 256) : 0;
  return result;
};

const MUTATIONS: readonly Mutation[] = [truncate, flipBits, flipHeaderBits, mutateLength, mutateLength, overwrite];

/** A damaged copy. */
export function mutate(bytes: Uint8Array, next: Random): Uint8Array {
  return MUTATIONS[below(next, MUTATIONS.length)]!(bytes, next);
}
