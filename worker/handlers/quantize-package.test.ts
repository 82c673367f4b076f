import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exampleManifest, exampleSelfTest } from '../../models/package/testing/example.ts';
import type { Inputs } from './inputs.ts';
import { quantizePackage } from './quantize-package.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'hifuse-quantize-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Quantises to a folder of this name, where reading a single image is too late. */
function quantizeTo(out: string): Promise<unknown> {
  const model = {
    manifest: exampleManifest(),
    state: new Map(),
    modelCard: '',
    selfTest: exampleSelfTest(),
    reference: null,
  };
  const inputs = { get: () => Promise.reject(new Error('An image was read.')) } as unknown as Inputs;
  const request = { directory: '/models/example', out: path.join(folder, out), calibration: ['/a.png'], heldBack: [] };
  return quantizePackage(request, model, inputs, { signal: new AbortController().signal, onProgress: () => undefined });
}

test.each(['Chest_int8', 'con', 'a b', `${'a'.repeat(65)}`])('refuses the id %s before any work', async (id) => {
  await expect(quantizeTo(id)).rejects.toMatchObject({
    code: 'request.invalid',
    message: expect.stringContaining('id must') as string,
  });
  expect(await readdir(folder)).toEqual([]);
});

test('refuses a folder that holds something else before any work', async () => {
  await mkdir(path.join(folder, 'mine'));
  await writeFile(path.join(folder, 'mine', 'thesis.txt'), 'words');
  await expect(quantizeTo('mine')).rejects.toMatchObject({ code: 'file.write-failed' });
});
