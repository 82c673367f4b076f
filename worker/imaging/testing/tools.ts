import { spawnSync } from 'node:child_process';

/** Whether a command of DCMTK or GDCM is installed: tests that need it skip visibly where it is not. */
export function hasTool(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Runs a command; throws with what it said if it fails. */
export function runTool(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
