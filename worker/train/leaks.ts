import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import { HifuseError } from '../../models/errors.ts';
import type { Imaging } from '../handlers/imaging.ts';
import type { Lookalike } from './request.ts';

/** Side of the grid of differences: 256 bits. */
const SIDE = 16;
/** Pictures that differ in so few bits are taken for the same one, saved again. */
const MOST_BITS = 6;
/** Without any contrast everything looks alike: such pictures are not compared. */
const LEAST_SET_BITS = 16;

/** A difference hash: for each cell of a 17 x 16 grid of mean brightness whether it is darker than its right neighbour. */
export function differenceHash(rgb: Uint8Array): Uint8Array {
  const cell = (row: number, column: number): number => {
    const edge = (i: number, cells: number) => Math.floor((i * INPUT_SIZE) / cells);
    let sum = 0;
    let count = 0;
    for (let y = edge(row, SIDE); y < edge(row + 1, SIDE); y++) {
      for (let x = edge(column, SIDE + 1); x < edge(column + 1, SIDE + 1); x++) {
        sum += rgb[(y * INPUT_SIZE + x) * 3 + 1]!;
        count += 1;
      }
    }
    return sum / count;
  };
  const hash = new Uint8Array((SIDE * SIDE) / 8);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const bit = row * SIDE + column;
      if (cell(row, column) < cell(row, column + 1)) hash[bit >> 3]! |= 1 << (bit & 7);
    }
  }
  return hash;
}

const BITS = Uint8Array.from({ length: 256 }, (_, value) => value.toString(2).replaceAll('0', '').length);

function distance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) bits += BITS[a[i]! ^ b[i]!]!;
  return bits;
}

const setBits = (hash: Uint8Array): number => hash.reduce((sum, byte) => sum + BITS[byte]!, 0);

/**
 * Looks at every image once: which cannot be read, and which look like one of another part, so that the network would be
 * tested on what it has seen.
 */
export async function checkImages(
  images: readonly { path: string; part: string }[],
  preprocessing: Preprocessing,
  imaging: Pick<Imaging, 'input'>,
  { signal, onImage }: { signal: AbortSignal; onImage(done: number): void },
): Promise<{ unreadable: string[]; lookalikes: Lookalike[] }> {
  const unreadable: string[] = [];
  const hashes: { path: string; part: string; hash: Uint8Array }[] = [];
  let done = 0;
  const queue = [...images];
  const work = async (): Promise<void> => {
    for (let image = queue.shift(); image; image = queue.shift()) {
      try {
        const { rgb } = await imaging.input({ path: image.path, frame: 0 }, preprocessing, signal);
        const hash = differenceHash(rgb);
        if (setBits(hash) >= LEAST_SET_BITS) hashes.push({ ...image, hash });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof HifuseError)) throw error;
        unreadable.push(image.path);
      }
      onImage(++done);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));

  const lookalikes: Lookalike[] = [];
  hashes.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const [i, a] of hashes.entries()) {
    for (const b of hashes.slice(i + 1)) {
      if (a.part === b.part) continue;
      const bits = distance(a.hash, b.hash);
      if (bits <= MOST_BITS) lookalikes.push({ a: a.path, b: b.path, bits });
    }
  }
  return { unreadable: unreadable.sort(), lookalikes };
}
