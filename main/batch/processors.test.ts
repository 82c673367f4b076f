import { describe, expect, it } from 'vitest';
import { planProcesses, processors } from './processors.ts';

const MB = 2 ** 20;

describe('processors', () => {
  it.each([
    [{}, 8, 8],
    [{ SLURM_CPUS_PER_TASK: '2' }, 8, 2],
    [{ SLURM_CPUS_PER_TASK: '16' }, 4, 4],
    [{ SLURM_CPUS_PER_TASK: 'two' }, 4, 4],
  ])('are what Slurm gives of those that are there: %j of %d', (environment, available, expected) => {
    expect(processors(environment, available)).toBe(expected);
  });
});

describe('the processes of a run', () => {
  it('are one per processor where the network is small', () => {
    expect(planProcesses(2, 12 * MB)).toEqual({ processes: 2, threads: 1 });
  });

  it('are fewer, with the processors among them, where its copies would fill the memory', () => {
    const { processes, threads } = planProcesses(32, 110 * MB);
    expect(processes).toBeGreaterThan(1);
    expect(processes * (250 + 330)).toBeLessThanOrEqual(1024 + 330);
    expect(processes * threads).toBe(32);
    expect(planProcesses(4, 4000 * MB)).toEqual({ processes: 1, threads: 4 });
  });
});
