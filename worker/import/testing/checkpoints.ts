import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formulaStateDict } from '../../../models/hifuse/formula.ts';
import { relativePositionIndex } from '../../../models/hifuse/relative-position.ts';
import { releasedParameters, type StateDict } from '../../../models/hifuse/state-dict.ts';
import type { DtypeName } from '../../../models/package/dtypes.ts';
import { SMALL } from '../../../models/package/testing/example.ts';
import { requireRange, type ByteSource } from '../byte-source.ts';
import type { TorchWriter } from './torch-writer.ts';

export const CLASSES = 2;

/** The formula's weights, cut to what bfloat16 and float16 both hold, so that every form gives the same values. */
export const STATE: StateDict = new Map(
  [...formulaStateDict(SMALL, CLASSES)].map(([name, { shape, data }]) => [
    name,
    { shape, data: data.map((value) => Math.round(value * 64) / 64) },
  ]),
);

/** Adds every tensor of the small network to a file: name -> tensor, as model.state_dict() gives them. */
export function stateEntries(
  writer: TorchWriter,
  { dtype = 'F32', prefix = '' }: { dtype?: DtypeName; prefix?: string } = {},
): [string, unknown][] {
  const index = relativePositionIndex(SMALL.window);
  const entries = [...releasedParameters(SMALL, CLASSES)].flatMap(([name, { shape, kind }]): [string, unknown][] => {
    if (kind === 'index') return [[prefix + name, writer.tensor(shape, index, 'I64')]];
    const tensor = writer.tensor(shape, STATE.get(name)!.data, dtype);
    // Batch norm's counter, where PyTorch has it.
    return name.endsWith('.running_var')
      ? [
          [prefix + name, tensor],
          [`${prefix}${name.replace('running_var', 'num_batches_tracked')}`, writer.tensor([], [7], 'I64')],
        ]
      : [[prefix + name, tensor]];
  });
  return entries;
}

/** A file in memory. */
export class MemorySource implements ByteSource {
  readonly name = 'test.pth';
  readonly size: number;
  readonly #bytes: Uint8Array;
  /** Bytes asked for so far. */
  bytesRead = 0;

  /** @param size what the file claims to have; more than the bytes that are there read as zeros */
  constructor(bytes: Uint8Array, size = bytes.length) {
    this.#bytes = bytes;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    requireRange(this, offset, length);
    this.bytesRead += length;
    const bytes = new Uint8Array(length);
    bytes.set(this.#bytes.subarray(offset, offset + length));
    return bytes;
  }
}

/** A folder of the test's own; `remove` takes it away again. */
export function temporaryFolder(): {
  path: string;
  write: (name: string, bytes: Uint8Array) => string;
  remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'hifuse-import-'));
  return {
    path,
    write: (name, bytes) => {
      const file = join(path, name);
      writeFileSync(file, bytes);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
