/** The built command on its real inference process. `npm test` builds first. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');
const command = path.join(root, 'dist', 'main', 'cli.js');
const samples = path.join(root, '..', 'shared', 'samples');

async function hifuse(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...args], { cwd: root });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

interface Expected {
  classes: string[];
  files: Record<string, { probabilities: number[] }>;
}
interface Results {
  results: { file: string; status: string; top1: string; classes: { name: string; probability: number }[] }[];
}

describe.skipIf(!existsSync(command))('the built hifuse command', () => {
  it('holds the bundled model to its self-test', { timeout: 120_000 }, async () => {
    const { status, stdout } = await hifuse('verify', 'chest-xray-nano');
    expect(stdout).toMatch(/^OK {2}chest-xray-nano/);
    expect(status).toBe(0);
  });

  it('says what is wrong with a file that is no image', async () => {
    const { status, stdout } = await hifuse('inspect', 'package.json', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'package.json', error: { code: 'image.unknown-format' } });
  });

  // PyTorch's probabilities; 0.005 is the agreed tolerance.
  it.skipIf(!existsSync(samples))('agrees with PyTorch on real radiographs', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hifuse-built-'));
    const out = path.join(folder, 'r.json');
    try {
      const { status } = await hifuse('classify', samples, '--recursive', '--out', out);
      expect(status).toBe(0);
      const expected = JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as Expected;
      const { results } = JSON.parse(readFileSync(out, 'utf8')) as Results;
      const byFile = new Map(results.map((row) => [path.relative(samples, row.file).split(path.sep).join('/'), row]));
      expect(Object.keys(expected.files).length).toBeGreaterThan(0);
      for (const [file, { probabilities }] of Object.entries(expected.files)) {
        const row = byFile.get(file)!;
        const best = expected.classes[probabilities.indexOf(Math.max(...probabilities))];
        expect([file, row.status, row.top1]).toEqual([file, 'ok', best]);
        row.classes.forEach(({ name, probability }, i) => {
          expect(name).toBe(expected.classes[i]);
          expect(Math.abs(probability - probabilities[i]!), `${file}: ${name}`).toBeLessThan(0.005);
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
