import { beforeAll, describe, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { relativePositionIndex } from '../../models/hifuse/relative-position.ts';
import { releasedParameters } from '../../models/hifuse/state-dict.ts';
import { encodeSafetensors, type RawTensor } from '../../models/package/safetensors.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState } from './read-state.ts';
import { CLASSES, MemorySource, STATE, stateEntries } from './testing/checkpoints.ts';
import { py } from './testing/pickle-writer.ts';
import { encodeElements, TorchWriter } from './testing/torch-writer.ts';

/** Damaged checkpoints: each gives a state dict or an error with a code, soon, and in bounded memory. */

const CASES = process.env['HIFUSE_LONG'] === '1' ? 2000 : 200;
const MILLISECONDS_PER_CASE = 5000;
const MEMORY_LIMIT = 1.5 * 2 ** 30;

type Random = (below: number) => number;

/** Numerical Recipes' generator: cases are the same in every run. */
function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Where it hurts: headers, pickles and directories stand at the ends of a file; the middle is weights. */
function somewhere(length: number, next: Random): number {
  const near = Math.min(length, 100_000);
  return [() => next(near), () => length - 1 - next(near), () => next(length)][next(3)]!();
}

const MUTATIONS: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>, next: Random) => Uint8Array<ArrayBuffer>>> = {
  'bit flips': (bytes, next) => {
    for (let flips = 1 + next(8); flips > 0; flips--) bytes[somewhere(bytes.length, next)]! ^= 1 << next(8);
    return bytes;
  },
  truncations: (bytes, next) => bytes.subarray(0, somewhere(bytes.length, next)),
  'large numbers': (bytes, next) => {
    const at = somewhere(bytes.length - 8, next);
    bytes.set(
      [
        [255, 255, 255, 255],
        [255, 255, 255, 127],
        [0, 0, 0, 128],
      ][next(3)]!,
      Math.max(0, at),
    );
    return bytes;
  },
  'moved runs': (bytes, next) => {
    const length = 1 + next(200);
    const from = Math.max(0, somewhere(bytes.length, next) - length);
    bytes.copyWithin(Math.max(0, somewhere(bytes.length, next) - length), from, from + length);
    return bytes;
  },
};

const files: Record<string, Uint8Array<ArrayBuffer>> = {};

beforeAll(() => {
  for (const [name, options, deflate] of [
    ['zip', {}, false],
    ['zip, deflated', {}, true],
    ['legacy', { legacy: true }, false],
  ] as const) {
    const writer = new TorchWriter(options);
    const root = py.dict({
      net: py.orderedDict(stateEntries(writer)),
      optimizer: py.dict({ state: new Map(), lr: [0.1] }),
    });
    files[name] = writer.save(root, { deflate });
  }
  const index = encodeElements(relativePositionIndex(SMALL.window), 'I64');
  files['safetensors'] = encodeSafetensors(
    new Map<string, RawTensor>(
      [...releasedParameters(SMALL, CLASSES)].map(([name, { shape, kind }]) => [
        name,
        kind === 'index'
          ? { dtype: 'I64', shape, bytes: index }
          : { dtype: 'F32', shape, bytes: encodeElements(STATE.get(name)!.data, 'F32') },
      ]),
    ),
  );
});

async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const checkpoint = await openCheckpoint(new MemorySource(bytes));
    await readState(checkpoint, inspectCheckpoint(checkpoint));
    return 'read';
  } catch (error) {
    if (error instanceof HifuseError) return error.code;
    throw error;
  }
}

describe.each(['zip', 'zip, deflated', 'legacy', 'safetensors'])('%s', (form) => {
  test.each(Object.keys(MUTATIONS))(
    '%s',
    async (kind) => {
      const cases = Math.ceil(CASES / 16);
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < cases; seed++) {
        const damaged = MUTATIONS[kind]!(files[form]!.slice(), random(seed * 7919 + form.length * 31 + kind.length));
        const start = performance.now();
        const result = await outcome(damaged);
        const took = performance.now() - start;
        if (took > MILLISECONDS_PER_CASE) throw new Error(`seed ${seed} took ${took} ms`);
        expect(result).toMatch(/^(read|(checkpoint|model|file)\.[a-z-]+)$/);
        outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
      }
      expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(MEMORY_LIMIT);
      // The damage must have been seen: a mutation that changes nothing tests nothing.
      expect([...outcomes.keys()].some((result) => result !== 'read')).toBe(true);
    },
    30 * 60_000,
  );
});
