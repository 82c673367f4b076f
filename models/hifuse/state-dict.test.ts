import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HifuseError } from '../errors.ts';
import type { Architecture } from './architecture.ts';
import { inferArchitecture } from './infer-architecture.ts';
import { relativePositionIndex } from './relative-position.ts';
import { checkShapes, parameterCount, releasedParameters, type Shape } from './state-dict.ts';
import { architectureOf } from './variants.ts';

const GOLDEN = 'models/hifuse/golden';
const files = readdirSync(GOLDEN).filter((name) => /^hifuse-.*\.json$/.test(name));

interface Golden {
  width: number;
  depths: Architecture['depths'];
  heads: Architecture['heads'];
  irmlp: Architecture['irmlp'];
  numClasses: number;
  parameters: number;
  stateDict: Record<string, number[]>;
}

const NANO = architectureOf('nano', 'depthwise');

function shapesOf(architecture: Architecture, classCount: number): Map<string, Shape> {
  return new Map([...releasedParameters(architecture, classCount)].map(([name, spec]) => [name, spec.shape]));
}

function caught(run: () => unknown): HifuseError {
  try {
    run();
  } catch (error) {
    if (error instanceof HifuseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('golden state dicts', () => {
  test.each(files)('%s: names, shapes and order', (file) => {
    const golden = JSON.parse(readFileSync(`${GOLDEN}/${file}`, 'utf8')) as Golden;
    const shapes = new Map(Object.entries(golden.stateDict));
    const inferred = inferArchitecture(shapes, file);
    const { width, depths, heads, irmlp, numClasses } = golden;
    expect(inferred).toEqual({
      architecture: { width, depths, heads, window: 7, irmlp, doubleSigmoid: false },
      classCount: numClasses,
    });
    expect([...shapesOf(inferred.architecture, numClasses)]).toEqual([...shapes]);
    expect(parameterCount(inferred.architecture, numClasses)).toBe(golden.parameters);
    expect(() => checkShapes(shapes, inferred.architecture, numClasses, file)).not.toThrow();
  });
});

describe('checkShapes', () => {
  const check = (shapes: ReadonlyMap<string, Shape>) => checkShapes(shapes, NANO, 3, 'best.pth');

  test('gives every ignored name a reason', () => {
    const shapes = shapesOf(NANO, 3).set('fu1.W_l.bn.num_batches_tracked', []);
    const ignored = check(shapes);
    const names = ignored.map(({ name }) => name);
    for (const name of ['norm.weight', 'head.bias', 'layers3.blocks.1.norm2.weight', 'fu1.Updim.conv.weight']) {
      expect(names).toContain(name);
    }
    for (const name of ['fu1.norm1.bias', 'fu1.W3.bn.running_var', 'fu4.norm2.weight', 'fu2.W.conv.bias']) {
      expect(names).toContain(name);
    }
    expect(names).toContain('fu1.W_l.bn.num_batches_tracked');
    expect(names).not.toContain('fu2.Updim.conv.weight');
    expect(names).not.toContain('fu1.W.conv.weight');
    expect(ignored.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  test('does without everything that is not used', () => {
    const needed = [...releasedParameters(NANO, 3)].filter(([, spec]) => spec.unused === null);
    expect(check(new Map(needed.map(([name, spec]) => [name, spec.shape])))).toEqual([]);
  });

  test('refuses what is missing, by name', () => {
    const shapes = shapesOf(NANO, 3);
    shapes.delete('fu3.norm3.bias');
    expect(caught(() => check(shapes))).toMatchObject({
      code: 'model.missing-tensor',
      message: 'best.pth lacks what the network needs: fu3.norm3.bias.',
    });
  });

  test('refuses what is extra, by name', () => {
    const shapes = shapesOf(NANO, 3).set('layers3.blocks.2.norm1.weight', [128]);
    expect(caught(() => check(shapes))).toMatchObject({
      code: 'model.extra-tensor',
      message: 'best.pth holds what the network does not know: layers3.blocks.2.norm1.weight.',
    });
  });

  test('refuses what is misshapen, by name and both shapes', () => {
    const shapes = shapesOf(NANO, 3).set('fu2.W_l.conv.weight', [64, 63, 1, 1]);
    expect(caught(() => check(shapes))).toMatchObject({
      code: 'model.shape-mismatch',
      message:
        'best.pth has tensors of another shape: fu2.W_l.conv.weight is [64, 63, 1, 1] and should be [64, 64, 1, 1].',
    });
  });

  test('lists only the first names of many', () => {
    const error = caught(() => check(new Map()));
    expect(error.code).toBe('model.missing-tensor');
    expect(error.message).toMatch(/, and \d+ more\.$/);
    expect(error.message.length).toBeLessThan(600);
  });
});

describe('inferArchitecture', () => {
  test('says that another network is not HiFuse', () => {
    const error = caught(() => inferArchitecture(new Map([['fc.weight', [1000, 512]]]), 'resnet.pth'));
    expect(error.code).toBe('checkpoint.not-hifuse');
    expect(error.message).toContain('resnet.pth');
  });

  test('names the tensor that it needed', () => {
    const shapes = shapesOf(NANO, 3);
    shapes.delete('conv_head.weight');
    expect(caught(() => inferArchitecture(shapes, 'a.pth')).message).toContain('conv_head.weight');
  });

  test('refuses a bias table of no window', () => {
    const shapes = shapesOf(NANO, 3).set('layers1.blocks.0.attn.relative_position_bias_table', [170, 1]);
    expect(caught(() => inferArchitecture(shapes, 'a.pth')).code).toBe('model.shape-mismatch');
  });

  test('reads a window of another size, and unusual depths', () => {
    const architecture: Architecture = { ...NANO, window: 14, depths: [1, 3, 4, 2], irmlp: 'dense' };
    expect(inferArchitecture(shapesOf(architecture, 12), 'a.pth')).toEqual({ architecture, classCount: 12 });
  });
});

test('relativePositionIndex is the one of Swin', () => {
  // Window 2, by hand: rows of the table count (dy + 1) * 3 + (dx + 1) from query to key.
  expect([...relativePositionIndex(2)]).toEqual([4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]);
});
