import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '..');

/** What `hifuse classify` says of one file, as JSON (formats of the README). */
export async function classify(file: string): Promise<{ top1: string; probabilities: Map<string, number> }> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/main/cli.js'), 'classify', file]);
  const { results } = JSON.parse(stdout) as {
    results: { top1: string; classes: { name: string; probability: number }[] }[];
  };
  const [result] = results;
  if (!result) throw new Error(`no result for ${file}`);
  return { top1: result.top1, probabilities: new Map(result.classes.map((c) => [c.name, c.probability])) };
}
