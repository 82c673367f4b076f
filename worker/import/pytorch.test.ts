import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { releasedParameters } from '../../models/hifuse/state-dict.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { withCheckpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState } from './read-state.ts';
import { CLASSES, STATE, temporaryFolder } from './testing/checkpoints.ts';

/** Checkpoints that PyTorch itself writes. HIFUSE_PYTHON names a Python that has PyTorch and NumPy; .peers holds one too. */

const PYTHON = [process.env['HIFUSE_PYTHON'], '.peers/bin/python'].find((path) => path && existsSync(path));

const READABLE = [
  ...['zip', 'legacy'].flatMap((form) =>
    ['float32', 'float16', 'bfloat16', 'float64', 'training', 'module', 'rearranged', 'protocol3', 'protocol4'].map(
      (what) => `${form}-${what}.pth`,
    ),
  ),
  'zip-nocrc.pth',
];

describe.skipIf(!PYTHON)('checkpoints written by PyTorch', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  afterAll(() => folder.remove());

  beforeAll(() => {
    folder = temporaryFolder();
    const table = releasedParameters(SMALL, CLASSES);
    const parameters = [...table].filter(([, { kind }]) => kind === 'parameter').map(([name]) => STATE.get(name)!.data);
    writeFileSync(join(folder.path, 'values.bin'), Buffer.concat(parameters.map(({ buffer }) => Buffer.from(buffer))));
    const spec = folder.write('spec.json', Buffer.from(JSON.stringify(Object.fromEntries(table))));
    const version = execFileSync(PYTHON!, ['worker/import/testing/save_checkpoints.py', spec, folder.path]);
    console.log(`Checkpoints by PyTorch ${version.toString().trim()}`);
  }, 300_000);

  test('are all looked at here', () => {
    const written = readdirSync(folder.path).filter((name) => name.endsWith('.pth'));
    expect(written.filter((name) => !name.endsWith('-refused.pth')).sort()).toEqual([...READABLE].sort());
  });

  test.each(READABLE)('%s', async (file) => {
    await withCheckpoint(join(folder.path, file), async (checkpoint) => {
      const inspected = inspectCheckpoint(checkpoint);
      expect(inspected).toMatchObject({ architecture: SMALL, classCount: CLASSES });
      for (const [name, { shape, data }] of await readState(checkpoint, inspected)) {
        expect(shape).toEqual(STATE.get(name)!.shape);
        expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(STATE.get(name)!.data.buffer)), name).toBe(0);
      }
    });
  });

  test.each([
    ['zip-object-refused.pth', /__main__\.Holder/],
    ['legacy-object-refused.pth', /__main__\.Holder/],
    ['zip-module-refused.pth', /torch\.nn\.modules\.linear\.Linear/],
    ['legacy-module-refused.pth', /torch\.nn\.modules\.linear\.Linear|a module with its code/],
  ])('%s is refused by name', async (file, message) => {
    const opened = withCheckpoint(join(folder.path, file), () => Promise.resolve());
    await expect(opened).rejects.toMatchObject({
      code: 'checkpoint.unsafe-pickle',
      message: expect.stringMatching(message) as string,
    });
  });
});
