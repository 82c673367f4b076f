import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relativePositionIndex } from '../../models/hifuse/relative-position.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { withCheckpoint } from '../import/open-checkpoint.ts';
import { inspectCheckpoint, readState } from '../import/read-state.ts';
import { initialWeights } from './initial-weights.ts';
import { encodeTorchFile } from './torch-file.ts';

const CLASSES = 3;
const state = initialWeights(SMALL, CLASSES, 1);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-torch-'));
  file = join(folder, 'best.pth');
  await writeFile(file, encodeTorchFile(state, SMALL, CLASSES));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('what is written is read back bit by bit', async () => {
  const read = await withCheckpoint(file, async (checkpoint) => readState(checkpoint, inspectCheckpoint(checkpoint)));
  for (const [name, { shape, data }] of state) {
    expect(read.get(name)?.shape, name).toEqual([...shape]);
    expect(Buffer.compare(Buffer.from(read.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
  }
});

const python = process.env['HIFUSE_PYTHON'];

test.skipIf(!python)('PyTorch loads it, weights alone', () => {
  const script = `
import json, sys, torch
state = torch.load(sys.argv[1])
print(json.dumps({name: [list(t.shape), str(t.dtype), t.double().sum().item()] for name, t in state.items()}))`;
  const answer = execFileSync(python!, ['-c', script, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const loaded = new Map(Object.entries(JSON.parse(answer) as Record<string, [number[], string, number]>));
  for (const [name, { shape, data }] of state) {
    const [size, type, sum] = loaded.get(name)!;
    expect([size, type], name).toEqual([[...shape], 'torch.float32']);
    expect(sum, name).toBeCloseTo(
      data.reduce((a, b) => a + b, 0),
      2,
    );
  }
  const index = [...loaded].filter(([name]) => name.endsWith('relative_position_index'));
  expect(index.length).toBeGreaterThan(0);
  const sum = relativePositionIndex(SMALL.window).reduce((a, b) => a + b, 0);
  for (const [, [, type, total]] of index) expect([type, total]).toEqual(['torch.int64', sum]);
});
