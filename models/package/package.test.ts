import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { formulaStateDict } from '../hifuse/formula.ts';
import { releasedParameters, type StateDict, type Tensor } from '../hifuse/state-dict.ts';
import { draining } from './lazy-state.ts';
import { modelCard } from './model-card.ts';
import type { Manifest } from './manifest.ts';
import { decodePackage, encodePackage, type PackageBytes } from './package.ts';
import { decodeSafetensors, encodeSafetensors, type RawTensor } from './safetensors.ts';
import { exampleManifest, exampleSelfTest, SMALL } from './testing/example.ts';
import { decodeWeights, encodeWeights, inMemory, openWeights } from './weights.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hashed = (bytes: Uint8Array) => ({ ...inMemory(bytes), sha256: sha256(bytes) });
const example = exampleManifest();
const state = formulaStateDict(SMALL, 2);
let weights: Uint8Array<ArrayBuffer>;
let files: PackageBytes;
let manifest: Manifest;

beforeAll(() => {
  const encoded = encodeWeights(state, example);
  weights = encoded.bytes;
  manifest = { ...example, weights: { ...example.weights, sha256: sha256(weights), dtype: encoded.dtype } };
  files = encodePackage(manifest, weights, '# Example', exampleSelfTest());
});

/** The weight file with some of its tensors changed. */
function withTensors(change: (tensors: Map<string, RawTensor>) => void): Uint8Array {
  const tensors = decodeSafetensors(weights, 'w');
  change(tensors);
  return encodeSafetensors(tensors);
}

describe('weights', () => {
  test('are read when they are asked for, and not kept', () => {
    const read: number[] = [];
    const decoded = openWeights(
      {
        size: weights.length,
        read: (offset, length) => {
          read.push(length);
          return weights.subarray(offset, offset + length);
        },
      },
      example,
      'w',
    );
    read.length = 0;
    const [name] = [...decoded.keys()];
    expect(decoded.get(name!)).toEqual(decoded.get(name!));
    expect(decoded.get(name!)!.data).not.toBe(decoded.get(name!)!.data);
    expect(read).toHaveLength(4);
    expect(decoded.get('nothing')).toBeUndefined();
    expect(new Map(decoded).size).toBe(decoded.size);
  });

  test('can be drained: each is taken once', () => {
    const source = new Map(state);
    const drained = draining(source);
    for (const [name, tensor] of drained) expect(tensor).toBe(state.get(name));
    expect(source.size).toBe(0);
  });

  test('matrices are float16, vectors float32, the index int64, and names are the released ones', () => {
    const tensors = decodeSafetensors(weights, 'w');
    const table = releasedParameters(SMALL, 2);
    expect([...tensors.keys()]).toEqual([...table.keys()]);
    for (const [name, { dtype, shape }] of tensors) {
      const spec = table.get(name)!;
      expect(shape).toEqual(spec.shape);
      expect(dtype).toBe(spec.kind === 'index' ? 'I64' : shape.length >= 2 ? 'F16' : 'F32');
    }
  });

  test('come back widened, within half a unit of float16, without what the network does not use', () => {
    const decoded = decodeWeights(weights, example, 'w');
    for (const [name, spec] of releasedParameters(SMALL, 2)) {
      expect(decoded.has(name)).toBe(spec.unused === null);
      const { data, shape } = decoded.get(name) ?? {};
      if (!data) continue;
      expect(shape).toEqual(spec.shape);
      const original = state.get(name)!.data;
      const tolerance = spec.shape.length >= 2 ? 2 ** -11 : 0;
      expect(
        data.every((value, i) => Math.abs(value - original[i]!) <= Math.abs(original[i]!) * tolerance + 2 ** -25),
      ).toBe(true);
    }
  });

  test('stay float32 where one is beyond float16', () => {
    const name = 'conv_head.weight';
    const large: StateDict = new Map<string, Tensor>(state).set(name, {
      shape: state.get(name)!.shape,
      data: state.get(name)!.data.map((value, i) => (i === 5 ? 70_000 : value)),
    });
    const encoded = encodeWeights(large, example);
    expect(encoded.dtype).toBe('float32');
    expect(decodeWeights(encoded.bytes, example, 'w').get(name)!.data[5]).toBe(70_000);
  });

  test.each<[string, string, RegExp, (tensors: Map<string, RawTensor>) => void]>([
    ['a missing tensor', 'model.missing-tensor', /fu1\.W_l\.bn\.bias/, (t) => t.delete('fu1.W_l.bn.bias')],
    [
      'an extra tensor',
      'model.extra-tensor',
      /fu5\.weight/,
      (t) => t.set('fu5.weight', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }),
    ],
    [
      'a misshapen tensor',
      'model.shape-mismatch',
      /conv_norm\.bias is \[127\] and should be \[128\]/,
      (t) => t.set('conv_norm.bias', { dtype: 'F32', shape: [127], bytes: new Uint8Array(508) }),
    ],
    [
      'weights that are integers',
      'checkpoint.not-hifuse',
      /conv_norm\.bias is of type I32/,
      (t) => t.set('conv_norm.bias', { ...t.get('conv_norm.bias')!, dtype: 'I32' }),
    ],
    [
      'values that are no numbers',
      'checkpoint.corrupt',
      /conv_norm\.bias holds values/,
      (t) => t.set('conv_norm.bias', { ...t.get('conv_norm.bias')!, bytes: new Uint8Array(512).fill(255) }),
    ],
    [
      'another index',
      'checkpoint.not-hifuse',
      /layers2\.blocks\.0\.attn\.relative_position_index/,
      (t) => {
        const name = 'layers2.blocks.0.attn.relative_position_index';
        t.set(name, { ...t.get(name)!, bytes: new Uint8Array(49 * 49 * 8) });
      },
    ],
  ])('refuses %s by name', (_, code, message, change) => {
    const file = withTensors(change);
    expect(() => decodeWeights(file, example, 'w')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });
});

describe('package', () => {
  test('gives back what was put in', () => {
    const decoded = decodePackage(files, hashed(files['weights.safetensors']), sha256, 'example');
    expect(decoded).toMatchObject({ manifest, modelCard: '# Example', selfTest: exampleSelfTest() });
  });

  test('refuses weights with one bit changed', () => {
    const tampered = weights.slice();
    tampered[tampered.length - 1]! ^= 1;
    expect(() => decodePackage(files, hashed(tampered), sha256, 'example')).toThrow(
      expect.objectContaining({
        code: 'model.hash-mismatch',
        message: expect.stringContaining('example/weights.safetensors') as string,
      }),
    );
  });

  test.each<[keyof PackageBytes, string]>([
    ['manifest.json', '{'],
    ['manifest.json', '{}'],
    ['selftest.json', 'null'],
    ['selftest.json', '{"schema": 1, }'],
  ])('refuses %s of %j and names the file', (file, text) => {
    expect(() => decodePackage({ ...files, [file]: Buffer.from(text) }, hashed(weights), sha256, 'example')).toThrow(
      expect.objectContaining({
        code: 'model.invalid-package',
        message: expect.stringContaining(`example/${file}`) as string,
      }),
    );
  });

  test('refuses a model card that is no text', () => {
    expect(() =>
      decodePackage({ ...files, 'MODEL_CARD.md': Uint8Array.of(0xff, 0xfe) }, hashed(weights), sha256, 'example'),
    ).toThrow(expect.objectContaining({ code: 'model.invalid-package' }));
  });
});

test('a model card can be made from the manifest', () => {
  const card = modelCard(manifest, 1234567);
  for (const text of [
    '# Example',
    'not for diagnosis',
    '`a`',
    'CHEST',
    '1 years and older',
    '| accuracy | 0.5 |',
    '1,234,567',
    'MIT',
  ]) {
    expect(card).toContain(text);
  }
});
