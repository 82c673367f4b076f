import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withImageFile } from './imaging/image-file.ts';
import { FileSource } from './import/byte-source.ts';

const OPENERS: [string, (path: string) => Promise<unknown>][] = [
  ['withImageFile', (path) => withImageFile(path, () => null)],
  ['FileSource.open', (path) => FileSource.open(path)],
];

describe.skipIf(process.platform === 'win32').each(OPENERS)('%s', (_name, open) => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hifuse-files-'));
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('file'), 'x');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // A pipe without a writer would hang forever if it were opened, and /dev/zero would never end.
  test.each<[string, string, string]>([
    ['a pipe', 'pipe', 'file.unreadable'],
    ['a folder', '.', 'file.unreadable'],
    ['a missing file', 'gone', 'file.not-found'],
    ['what is below a file', 'file/below', 'file.not-found'],
  ])('refuses %s', async (_what, name, code) => {
    await expect(open(at(name))).rejects.toMatchObject({ code });
  });

  test('refuses a device', async () => {
    await expect(open('/dev/zero')).rejects.toMatchObject({ code: 'file.unreadable' });
  });
});
