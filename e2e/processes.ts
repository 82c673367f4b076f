import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const run = (command: string, args: readonly string[]): string => execFileSync(command, args, { encoding: 'utf8' });

const QUERIES: Partial<Record<NodeJS.Platform, (pid: number) => string | Promise<string>>> = {
  // Minimal systems have no ps, and some kernels no list of children.
  linux: (pid) =>
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => run('ps', ['-o', 'pid=', '--ppid', String(pid)])),
  darwin: (pid) => run('pgrep', ['-P', String(pid)]),
  win32: (pid) =>
    run('powershell', [
      '-NoProfile',
      '-Command',
      `Get-CimInstance Win32_Process -Filter "ParentProcessId=${pid}" | ForEach-Object ProcessId`,
    ]),
};

/** Ids of the processes that a process has started and that still run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const query = QUERIES[process.platform];
  if (!query) throw new Error(`How ${process.platform} lists processes is not known here.`);
  return ((await query(pid)).match(/\d+/g) ?? []).map(Number);
}
