import { HifuseError } from '../../models/errors.ts';
import { inferArchitecture, type InferredArchitecture } from '../../models/hifuse/infer-architecture.ts';
import {
  checkShapes,
  parameterCount,
  releasedParameters,
  type IgnoredName,
  type Tensor,
} from '../../models/hifuse/state-dict.ts';
import { decodeTensor, requireIndex } from '../../models/package/weights.ts';
import type { Checkpoint } from './open-checkpoint.ts';

/** Twice the largest published HiFuse (base, dense): 1 GB in float32. */
const PARAMETER_LIMIT = 268_000_000;

export interface Inspected extends InferredArchitecture {
  parameters: number;
  ignored: IgnoredName[];
}

/**
 * Finds out which HiFuse a checkpoint holds, from names and shapes alone, and compares all of them.
 *
 * @throws HifuseError `checkpoint.not-hifuse`, `model.*-tensor`, `model.shape-mismatch`, `file.too-large`
 */
export function inspectCheckpoint({ name, tensors }: Checkpoint): Inspected {
  const shapes = new Map([...tensors].map(([key, { shape }]) => [key, shape]));
  const inferred = inferArchitecture(shapes, name);
  const ignored = checkShapes(shapes, inferred.architecture, inferred.classCount, name);
  const parameters = parameterCount(inferred.architecture, inferred.classCount);
  if (parameters > PARAMETER_LIMIT) {
    throw new HifuseError('file.too-large', { reason: 'parameters', file: name, parameters, limit: PARAMETER_LIMIT });
  }
  return { ...inferred, parameters, ignored };
}

/**
 * Reads the values of everything that the released network has, what it does not use too.
 *
 * @returns released names, float32
 * @throws HifuseError `checkpoint.corrupt`, `checkpoint.not-hifuse`, `file.*`
 */
export async function readState({ name, tensors }: Checkpoint, inspected: Inspected): Promise<Map<string, Tensor>> {
  const { architecture, classCount } = inspected;
  const state = new Map<string, Tensor>();
  for (const [key, { shape, kind }] of releasedParameters(architecture, classCount)) {
    const stored = tensors.get(key);
    if (!stored) continue;
    const raw = await stored.read();
    if (kind === 'index') requireIndex(key, raw, architecture.window, name);
    else state.set(key, { shape, data: decodeTensor(key, raw, name) });
  }
  return state;
}
