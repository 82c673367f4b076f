import { describe, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import type { Batch, Session } from './engine.ts';
import { runSelfTest, selfTestBatch } from './self-test.ts';

const selfTest: SelfTest = {
  schema: 1,
  input: { formula: 'fnv1a-lcg', name: 'input', shape: [2, 3, 224, 224] },
  logits: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  tolerance: { float32: 0.001, float16: 0.05, int8: 0.5 },
};

function answering(logits: number[], precision: Session['precision'], seen: Batch[] = []): Session {
  const run: Session['run'] = async (batch) => {
    seen.push(batch);
    return { logits: { data: Float32Array.from(logits), shape: [2, logits.length / 2] } };
  };
  return {
    engine: 'onnx',
    device: 'cpu',
    precision,
    preferredBatch: 1,
    weightBytes: 0,
    run,
    dispose: async () => undefined,
  };
}

describe('runSelfTest', () => {
  test('feeds the formula and gives the largest deviation', async () => {
    const seen: Batch[] = [];
    const result = await runSelfTest(answering([1, 2, 3, 4, 5.02, 6.01], 'float16', seen), selfTest);
    expect(result.deviation).toBeCloseTo(0.02, 5);
    expect(result).toMatchObject({ tolerance: 0.05, ok: true });
    expect(seen[0]!.size).toBe(2);
    expect(seen[0]!.data).toHaveLength(2 * 3 * 224 * 224);
    // golden/generator-check.json
    expect(seen[0]!.data[0]).toBe(Math.fround(-0.9073907732963562));
  });

  test('holds each precision to its own tolerance', async () => {
    const logits = [1, 2, 3, 4, 5.02, 6];
    expect((await runSelfTest(answering(logits, 'float32'), selfTest)).ok).toBe(false);
    expect((await runSelfTest(answering(logits, 'int8'), selfTest)).ok).toBe(true);
  });

  test('fails on a logit that is not finite', async () => {
    const result = await runSelfTest(answering([1, 2, NaN, 4, 5, 6], 'int8'), selfTest);
    expect(result).toMatchObject({ deviation: Infinity, ok: false });
  });

  test('refuses another number of logits', async () => {
    const error = await runSelfTest(answering([1, 2, 3, 4], 'float32'), selfTest).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HifuseError);
    expect(error).toMatchObject({ code: 'engine.failed' });
  });
});

test('selfTestBatch makes the input of the declared size', () => {
  const one = { ...selfTest, input: { ...selfTest.input, shape: [1, 3, 224, 224] as const } };
  expect(selfTestBatch(one)).toMatchObject({ size: 1 });
});
