import { NO_TELEMETRY } from './engines/onnx/no-telemetry.ts';

/** What the environment of the inference process must hold from its start, beside that of its parent. */
export const WORKER_ENVIRONMENT = {
  ...NO_TELEMETRY,
  /**
   * glibc: blocks of 1 MiB and more are given back to the system when they are freed. Left to itself it raises that bound
   * to 32 MiB, and keeps the holes that loading a network leaves behind: several hundred megabytes for tiny dense.
   */
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
} as const;

/** Says how many threads the network and the decoding have each, where not what they like. */
export const THREADS_VARIABLE = 'HIFUSE_THREADS';

/** The number that {@link THREADS_VARIABLE} gives; null where it gives none. */
export function threadsOf(environment: NodeJS.ProcessEnv): number | null {
  const threads = Number(environment[THREADS_VARIABLE]);
  return Number.isSafeInteger(threads) && threads >= 1 ? threads : null;
}
