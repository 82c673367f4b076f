import { HifuseError, type ErrorDetails } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import { TensorRef } from './torch-globals.ts';

/** Where training scripts keep the weights beside the optimizer's state; `net` is the released one's. */
const WRAPPERS = ['net', 'state_dict', 'model', 'model_state_dict'] as const;
const DEPTH_LIMIT = 3;
/** Of modules around each other; the three that are known are seldom combined. */
const MOST_WRAPPERS = 8;

/** What wrappers of a module put before every name: DataParallel, torch.compile, Lightning modules. */
const PREFIXES = ['module.', '_orig_mod.', 'model.'] as const;

export interface FoundStateDict {
  /** Keys that lead to it, e.g. ['net']; empty where the file is the state dict. */
  path: readonly string[];
  tensors: ReadonlyMap<string, TensorRef>;
}

/**
 * Finds the state dict in what torch.save wrote: the object itself, or below one of the usual keys.
 *
 * @throws HifuseError `checkpoint.not-hifuse` where there is none, or more than one
 */
export function findStateDict(root: unknown, subject: string, path: readonly string[] = []): FoundStateDict {
  const refuse = (details: ErrorDetails<'checkpoint.not-hifuse'>): never => {
    throw new HifuseError('checkpoint.not-hifuse', details);
  };
  const file = subject;
  if (!(root instanceof Map)) return refuse({ reason: 'no-state-dict', file });

  const entries = root as ReadonlyMap<unknown, unknown>;
  const wrappers = WRAPPERS.filter((key) => entries.get(key) instanceof Map);
  if (wrappers.length > 1) refuse({ reason: 'several', file, names: wrappers.join(', ') });
  const [wrapper] = wrappers;
  if (wrapper && path.length < DEPTH_LIMIT) return findStateDict(entries.get(wrapper), subject, [...path, wrapper]);

  const tensors = new Map<string, TensorRef>();
  const others: string[] = [];
  for (const [key, value] of entries) {
    if (typeof key === 'string' && value instanceof TensorRef) tensors.set(key, value);
    else others.push(typeof key === 'string' ? quote(key) : typeof key);
  }
  if (tensors.size === 0) {
    const expected = WRAPPERS.join(', ');
    const names = others.slice(0, 8).join(', ');
    return refuse(
      others.length > 0 ? { reason: 'no-weights', file, names, expected } : { reason: 'empty', file, expected },
    );
  }
  if (others.length > 0) refuse({ reason: 'no-tensor', file, names: others.slice(0, 8).join(', ') });
  return { path, tensors };
}

/** Takes away what wrappers put before every name. A name without the prefix keeps all as they are. */
export function stripPrefixes<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  let stripped = tensors;
  for (let wrappers = 0; wrappers < MOST_WRAPPERS; wrappers++) {
    const names = [...stripped.keys()];
    const prefix = PREFIXES.find((candidate) => names.length > 0 && names.every((name) => name.startsWith(candidate)));
    if (!prefix) break;
    stripped = new Map([...stripped].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  }
  return stripped;
}
