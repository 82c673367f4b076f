import { describe, expect, test } from 'vitest';
import { architectureOf, INPUT_SIZE } from '../../models/hifuse/variants.ts';
import { randomFrom } from '../../models/random.ts';
import type { ByteImage } from '../imaging/resample.ts';
import { augment, randomCrop, rotated } from './augment.ts';
import { epochOrder } from './batches.ts';
import { curvesSvg } from './curves.ts';
import { initialWeights } from './initial-weights.ts';
import { differenceHash } from './leaks.ts';
import { crossEntropy, crossEntropyWeights } from './loss.ts';
import { mix, share } from './mix.ts';
import { averageDecay } from './optimizer.ts';
import { classWeights, learningRate, RELEASED, seedOf } from './recipe.ts';

const spread = (values: ArrayLike<number>): { mean: number; deviation: number } => {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return { mean, deviation: Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length) };
};

describe('the recipe', () => {
  const recipe = { ...RELEASED, epochs: 11, learningRate: 1 };

  test('warms up for an epoch, then falls as half a cosine to its end', () => {
    const at = (epoch: number) => learningRate(recipe, epoch * 10, 10);
    expect(at(0)).toBeCloseTo(1e-3, 12);
    expect(at(0.5)).toBeCloseTo(0.5005, 12);
    expect(at(1)).toBe(1);
    expect(at(6)).toBeCloseTo(0.505, 12);
    expect(at(11)).toBeCloseTo(0.01, 12);
  });

  test('weighs classes by their number, to a mean of 1 over the images', () => {
    expect(classWeights(RELEASED, [1, 4])).toBeNull();
    expect(classWeights({ ...RELEASED, classWeights: 'balanced' }, [1, 4])).toEqual([2.5, 0.625]);
    const [a, b] = classWeights({ ...RELEASED, classWeights: 'sqrt' }, [1, 4])!;
    expect(a! / b!).toBe(2);
    expect((a! + 4 * b!) / 5).toBeCloseTo(1, 12);
  });

  test('seeds differ with every number and with their order', () => {
    const seeds = [seedOf(1, 2), seedOf(2, 1), seedOf(1, 3), seedOf(1), seedOf(1, 2, 0)];
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(seedOf(1, 2)).toBe(seeds[0]);
  });

  test('every epoch has another order of all images', () => {
    const [first, second] = [epochOrder(50, 1, 0), epochOrder(50, 1, 1)];
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(second).not.toEqual(first);
    expect(epochOrder(50, 1, 0)).toEqual(first);
  });

  test('the moving average forgets the first steps soon', () => {
    expect([1, 10, 1_000_000].map((step) => averageDecay(0.998, step))).toEqual([2 / 11, 11 / 20, 0.998]);
  });
});

describe('the loss', () => {
  test('is the mean of -log p, and its gradient softmax minus target', () => {
    const targets = { data: new Float32Array([1, 0, 0, 1]), classes: 2 };
    const weights = crossEntropyWeights(targets, { classWeights: null, labelSmoothing: 0 });
    const { loss, gradient } = crossEntropy(new Float32Array([0, 0, Math.log(3), 0]), weights, 2);
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
    for (const [i, value] of [-0.25, 0.25, 0.375, -0.375].entries()) expect(gradient[i]).toBeCloseTo(value, 6);
  });
});

describe('augmentation', () => {
  const image: ByteImage = {
    rows: 100,
    columns: 150,
    channels: 1,
    pixels: Uint8Array.from({ length: 15_000 }, (_, i) => (i % 150) + Math.floor(i / 150)),
  };
  const none = { ...RELEASED.augmentation, scale: [1, 1] as const, ratio: [1.5, 1.5] as const, flip: 0 };
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const normal = { mean: [...plain.mean] as [number, number, number], std: [...plain.std] as [number, number, number] };

  test('crops are within the image, of the area and the ratio that were asked for', () => {
    const random = randomFrom(1);
    for (let i = 0; i < 300; i++) {
      const { left, top, width, height } = randomCrop(100, 150, RELEASED.augmentation, random);
      expect(left >= 0 && top >= 0 && left + width <= 150 && top + height <= 100).toBe(true);
      expect((width * height) / 15_000).toBeGreaterThan(0.07);
      expect(width / height).toBeGreaterThan(0.7);
      expect(width / height).toBeLessThan(1.42);
    }
    // No crop of that ratio fits: the largest middle.
    expect(randomCrop(10, 1000, { ...none, scale: [1, 1], ratio: [1, 1] }, random)).toEqual({
      left: 495,
      top: 0,
      width: 10,
      height: 10,
    });
  });

  test('a seed decides, and mirroring mirrors', () => {
    const strong = { ...RELEASED.augmentation, rotation: 10, brightness: 0.2, contrast: 0.2 };
    const once = augment(image, normal, strong, randomFrom(3));
    expect(augment(image, normal, strong, randomFrom(3))).toEqual(once);
    expect(augment(image, normal, strong, randomFrom(4))).not.toEqual(once);
    const straight = augment(image, normal, none, randomFrom(1));
    const mirrored = augment(image, normal, { ...none, flip: 1 }, randomFrom(1));
    const row = (tensor: Float32Array) => [...tensor.subarray(INPUT_SIZE, 2 * INPUT_SIZE)];
    expect(row(mirrored)).toEqual(row(straight).reverse());
    expect(straight[0]).toBeLessThan(straight[INPUT_SIZE - 1]!);
  });

  test('a quarter turn moves what was right to above', () => {
    const square: ByteImage = {
      rows: 3,
      columns: 3,
      channels: 1,
      pixels: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]),
    };
    expect([...rotated(square, 90).pixels]).toEqual([2, 5, 8, 1, 4, 7, 0, 3, 6]);
  });
});

describe('mixing', () => {
  const size = 3 * INPUT_SIZE ** 2;
  const batch = () => ({
    images: Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? 0 : 1)),
    targets: new Float32Array([1, 0, 0, 1]),
  });

  test('mixup adds images as it adds targets', () => {
    const { images, targets } = batch();
    mix(images, targets, { mixup: 1, cutmix: 0 }, randomFrom(2));
    expect(targets[0]! + targets[1]!).toBeCloseTo(1, 6);
    expect(images[5]).toBeCloseTo(targets[1]!, 6);
    expect(images[size + 5]).toBeCloseTo(targets[3]!, 6);
    expect(targets[0]).not.toBe(1);
  });

  test('CutMix pastes a box of as large a share as the target says', () => {
    const { images, targets } = batch();
    mix(images, targets, { mixup: 0, cutmix: 1 }, randomFrom(3));
    expect(new Set(images)).toEqual(new Set([0, 1]));
    expect(spread(images.subarray(0, size)).mean).toBeCloseTo(targets[1]!, 5);
    expect(spread(images.subarray(size)).mean).toBeCloseTo(targets[3]!, 5);
  });

  test.each([0.2, 1, 4])('shares are beta distributed (%f)', (alpha) => {
    const random = randomFrom(9);
    const { mean, deviation } = spread(Array.from({ length: 4000 }, () => share(alpha, random)));
    expect(mean).toBeCloseTo(0.5, 1);
    expect(deviation).toBeCloseTo(Math.sqrt(1 / (4 * (2 * alpha + 1))), 1);
  });

  test('nothing is mixed where nothing was asked for', () => {
    const { images, targets } = batch();
    mix(images, targets, { mixup: 0, cutmix: 0 }, randomFrom(1));
    expect({ images, targets }).toEqual(batch());
  });
});

test('weights are drawn as the released code draws them', () => {
  const state = initialWeights(architectureOf('nano', 'depthwise'), 3, 1);
  const deviation = (name: string) => spread(state.get(name)!.data).deviation;
  expect(deviation('layers1.blocks.0.attn.qkv.weight')).toBeCloseTo(0.02, 3);
  expect(deviation('downsample_layers.1.1.weight')).toBeCloseTo(0.2, 2);
  expect(deviation('fu4.W3.conv.weight')).toBeCloseTo(1 / Math.sqrt(3 * 768), 3);
  expect(new Set(state.get('fu1.norm3.weight')!.data)).toEqual(new Set([1]));
  expect(new Set(state.get('fu1.W.bn.running_var')!.data)).toEqual(new Set([1]));
  expect(new Set(state.get('stages.0.0.dwconv.bias')!.data)).toEqual(new Set([0]));
  const again = initialWeights(architectureOf('nano', 'depthwise'), 3, 1);
  const bytes = (from: typeof state) => Buffer.from(from.get('conv_head.weight')!.data.buffer);
  expect(bytes(again).equals(bytes(state))).toBe(true);
});

test('the same picture, lighter and saved again, has the same hash; another one has not', () => {
  const picture = (seed: number, gain: number) => {
    const random = randomFrom(seed);
    const grid = Array.from({ length: 17 * 16 }, () => random() * 200);
    return Uint8Array.from({ length: 3 * INPUT_SIZE ** 2 }, (_, i) => {
      const [y, x] = [Math.floor(i / 3 / INPUT_SIZE), Math.floor(i / 3) % INPUT_SIZE];
      return gain * grid[Math.floor((y * 16) / INPUT_SIZE) * 17 + Math.floor((x * 17) / INPUT_SIZE)]! + (i % 2);
    });
  };
  const bits = (a: Uint8Array, b: Uint8Array) =>
    a.reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0);
  const hash = differenceHash(picture(1, 1));
  expect(bits(hash, differenceHash(picture(1, 0.8)))).toBeLessThanOrEqual(6);
  expect(bits(hash, differenceHash(picture(2, 1)))).toBeGreaterThan(80);
});

test('curves are drawn for every epoch', () => {
  const record = { step: 1, learningRate: 1e-3, trainLoss: 1, trainAccuracy: 0.5, valLoss: 1, seconds: 1 };
  const rest = { valAccuracy: 0.5, valBalancedAccuracy: 0.5, valMacroF1: 0.5 };
  const svg = curvesSvg([1, 2, 3].map((epoch) => ({ epoch, ...record, ...rest })));
  expect(svg.match(/<polyline/g)).toHaveLength(6);
  for (const [, points] of svg.matchAll(/points="([^"]*)"/g)) expect(points!.split(' ')).toHaveLength(3);
  expect(svg).not.toContain('NaN');
});
