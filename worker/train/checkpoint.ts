import { readFile } from 'node:fs/promises';
import type { StateDict, Tensor } from '../../models/hifuse/state-dict.ts';
import { decodeSafetensors, encodeSafetensors, type RawTensor } from '../../models/package/safetensors.ts';
import { decodeUtf8, encodeUtf8 } from '../../models/package/utf8.ts';
import { writeAtomically } from './atomic-file.ts';
import type { OptimizerState } from './optimizer.ts';
import type { EpochRecord } from './request.ts';

/** Where a training stands, besides its tensors. */
export interface Progress {
  /** Of the epoch under way, from 0 on, and steps of it that are done. */
  epoch: number;
  step: number;
  /** Sums over those steps. */
  sums: { loss: number; correct: number; images: number; seconds: number };
  history: EpochRecord[];
  /** Hash of what must not change between interruption and resumption. */
  fingerprint: string;
  /** Who asked; see TrainRequest. */
  session: string;
}

export interface Checkpoint {
  progress: Progress;
  optimizer: OptimizerState;
}

const KINDS = ['values', 'averages', 'first', 'second'] as const;
const PROGRESS = 'progress';

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Tensors of a state dict as safetensors has them, float32 under their names. */
export function rawTensors(state: StateDict, prefix = ''): [string, RawTensor][] {
  return [...state].map(([name, { shape, data }]) => [prefix + name, { dtype: 'F32', shape, bytes: bytesOf(data) }]);
}

/** One safetensors file: tensors as `values/<name>` and so on, the rest as JSON in a tensor of bytes. */
export async function writeCheckpoint(file: string, { progress, optimizer }: Checkpoint): Promise<void> {
  const json = encodeUtf8(JSON.stringify({ ...progress, optimizerStep: optimizer.step }));
  const tensors = new Map<string, RawTensor>([
    ...KINDS.flatMap((kind) => rawTensors(optimizer[kind] ?? new Map<string, Tensor>(), `${kind}/`)),
    [PROGRESS, { dtype: 'U8', shape: [json.length], bytes: json }],
  ]);
  await writeAtomically(file, encodeSafetensors(tensors));
}

/** Null where there is none. @throws HifuseError `checkpoint.corrupt` */
export async function readCheckpoint(file: string): Promise<Checkpoint | null> {
  const content = await readFile(file).catch(() => null);
  if (!content) return null;
  // A Buffer's slice is no copy, as one of Uint8Array is.
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.length);
  const states = {
    values: new Map<string, Tensor>(),
    averages: new Map<string, Tensor>(),
    first: new Map<string, Tensor>(),
    second: new Map<string, Tensor>(),
  };
  let json = '{}';
  for (const [name, { shape, bytes: raw }] of decodeSafetensors(bytes, file)) {
    if (name === PROGRESS) json = decodeUtf8(raw);
    else {
      const [kind, ...rest] = name.split('/');
      states[kind as (typeof KINDS)[number]].set(rest.join('/'), { shape, data: new Float32Array(raw.slice().buffer) });
    }
  }
  const { optimizerStep, ...progress } = JSON.parse(json) as Progress & { optimizerStep: number };
  const averages = states.averages.size > 0 ? states.averages : null;
  return { progress, optimizer: { ...states, averages, step: optimizerStep } };
}
