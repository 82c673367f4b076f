import { availableParallelism } from 'node:os';

/** Bytes that an inference process takes beside the network: its code, threads, and images under way. */
const PROCESS_BYTES = 250 * 2 ** 20;
/** Of the network as it is computed with, for each byte of its file, which holds float16: filters are laid out anew. */
const BYTES_PER_WEIGHT_BYTE = 3;
/** What all processes may take beside one copy of the network. */
const LIMIT_BYTES = 2 ** 30;

export interface ProcessPlan {
  processes: number;
  /** Of each. */
  threads: number;
}

/** Processors that this process may use: the affinity that it was given (`taskset`, cgroups), and Slurm's share of them. */
export function processors(environment: NodeJS.ProcessEnv = process.env, available = availableParallelism()): number {
  const share = Number(environment['SLURM_CPUS_PER_TASK']);
  return Number.isSafeInteger(share) && share >= 1 ? Math.min(share, available) : available;
}

/**
 * How many inference processes serve a run on processors: one for each, since a network of one thread wastes nothing and
 * decoding goes on beside it; fewer with more threads where that many copies of the network would take too much memory.
 *
 * @param weightsBytes size of the file of weights
 */
export function planProcesses(count: number, weightsBytes: number): ProcessPlan {
  const network = BYTES_PER_WEIGHT_BYTE * weightsBytes;
  const fitting = Math.floor((LIMIT_BYTES + network) / (PROCESS_BYTES + network));
  const processes = Math.max(1, Math.min(count, fitting));
  return { processes, threads: Math.max(1, Math.floor(count / processes)) };
}
