import { describe, expect, test } from 'vitest';
import { relativePositionIndex } from '../../models/hifuse/relative-position.ts';
import { releasedParameters } from '../../models/hifuse/state-dict.ts';
import type { DtypeName } from '../../models/package/dtypes.ts';
import { encodeSafetensors, type RawTensor } from '../../models/package/safetensors.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState } from './read-state.ts';
import { CLASSES, MemorySource, STATE, stateEntries } from './testing/checkpoints.ts';
import { py } from './testing/pickle-writer.ts';
import { encodeElements, TorchWriter } from './testing/torch-writer.ts';

async function expectSmall(checkpoint: Checkpoint): Promise<void> {
  const inspected = inspectCheckpoint(checkpoint);
  expect(inspected).toMatchObject({ architecture: SMALL, classCount: CLASSES });
  const state = await readState(checkpoint, inspected);
  expect([...state.keys()]).toEqual([...STATE.keys()]);
  for (const [name, { shape, data }] of state) {
    expect(shape).toEqual(STATE.get(name)!.shape);
    if (Buffer.compare(Buffer.from(data.buffer), Buffer.from(STATE.get(name)!.data.buffer)) !== 0) {
      throw new Error(`${name} has other values`);
    }
  }
}

const open = (bytes: Uint8Array): Promise<Checkpoint> => openCheckpoint(new MemorySource(bytes));

/** What the released training script saves beside the weights: AdamW's state and LambdaLR's. */
function trainingState(writer: TorchWriter): Record<string, unknown> {
  const moment = () => writer.tensor([16, 3, 4, 4], new Float32Array(768).fill(0.1));
  const parameterState = py.dict({ step: writer.tensor([], [42]), exp_avg: moment(), exp_avg_sq: moment() });
  const group = py.dict({
    lr: 1e-3,
    betas: py.tuple(0.9, 0.999),
    eps: 1e-8,
    weight_decay: 0.05,
    amsgrad: false,
    foreach: null,
    initial_lr: 1e-3,
    params: [0, 1, 300],
  });
  return {
    optimizer: py.dict({ state: new Map([[0, parameterState]]), param_groups: [group] }),
    epoch: 12,
    lr_schedule: py.dict({
      base_lrs: [1e-3, 1e-3],
      last_epoch: 3000,
      verbose: false,
      _step_count: 3001,
      lr_lambdas: [null],
    }),
  };
}

describe.each([
  ['zip', { legacy: false }],
  ['legacy', { legacy: true }],
])('torch.save, %s form', (_, form) => {
  test.each<DtypeName>(['F32', 'F16', 'BF16', 'F64'])('a state dict of %s', async (dtype) => {
    const writer = new TorchWriter(form);
    const metadata = py.orderedDict([['', py.dict({ version: 1 })]]);
    const root = py.orderedDict(stateEntries(writer, { dtype }), py.dict({ _metadata: metadata }));
    await expectSmall(await open(writer.save(root)));
  });

  test('a plain dict', async () => {
    const writer = new TorchWriter(form);
    await expectSmall(await open(writer.save(new Map(stateEntries(writer)))));
  });

  test('the released training checkpoint', async () => {
    const writer = new TorchWriter(form);
    const net = py.orderedDict(stateEntries(writer));
    const checkpoint = await open(writer.save(py.dict({ net, ...trainingState(writer) })));
    expect(checkpoint.format).toContain('weights under net');
    await expectSmall(checkpoint);
  });

  test.each([['state_dict'], ['model'], ['model_state_dict']])('a %s wrapper', async (key) => {
    const writer = new TorchWriter(form);
    const root = py.dict({ [key]: py.orderedDict(stateEntries(writer)), epoch: 3 });
    await expectSmall(await open(writer.save(root)));
  });

  test.each([['module.'], ['_orig_mod.'], ['module._orig_mod.'], ['model.']])(
    'names that begin with %s',
    async (prefix) => {
      const writer = new TorchWriter(form);
      const root = py.dict({ model: py.orderedDict(stateEntries(writer, { prefix })) });
      await expectSmall(await open(writer.save(root)));
    },
  );

  test('parameters, transposed and channels-last tensors, and tensors that share a storage', async () => {
    const writer = new TorchWriter(form);
    const entries = new Map(stateEntries(writer));

    const parameter = entries.get('conv_norm.weight');
    entries.set(
      'conv_norm.weight',
      py.call(py.global('torch._utils', '_rebuild_parameter'), parameter, true, py.orderedDict([])),
    );

    // conv_head.weight is [2, 128]; stored as [128, 2] and transposed, three elements into its storage.
    const head = STATE.get('conv_head.weight')!.data;
    const transposed = new Float32Array(3 + head.length);
    head.forEach((value, i) => (transposed[3 + (i % 128) * 2 + Math.floor(i / 128)] = value));
    entries.set(
      'conv_head.weight',
      writer.view(writer.storage(transposed), { shape: [2, 128], stride: [1, 2], offset: 3 }),
    );

    // [16, 3, 4, 4] in memory as [16, 4, 4, 3].
    const patch = STATE.get('patch_embed.proj.weight')!.data;
    const last = new Float32Array(patch.length);
    patch.forEach((value, i) => {
      const [n, c, yx] = [Math.floor(i / 48), Math.floor(i / 16) % 3, i % 16];
      last[n * 48 + yx * 3 + c] = value;
    });
    entries.set(
      'patch_embed.proj.weight',
      writer.view(writer.storage(last), { shape: [16, 3, 4, 4], stride: [48, 1, 12, 3], offset: 0 }),
    );

    // A norm's weight and bias in one storage.
    const [weight, bias] = ['norm.weight', 'norm.bias'].map((name) => STATE.get(name)!.data);
    const both = writer.storage([...weight!, ...bias!]);
    entries.set('norm.weight', writer.view(both, { shape: [128], stride: [1], offset: 0 }));
    entries.set('norm.bias', writer.view(both, { shape: [128], stride: [1], offset: 128 }));

    await expectSmall(await open(writer.save(entries)));
  });
});

describe('the ZIP form', () => {
  test.each([
    ['with ZIP64 records', { zip64: true }],
    ['without checksums', { zeroCrc: true }],
    ['packed again, deflated', { deflate: true }],
  ])('%s', async (_, options) => {
    const writer = new TorchWriter();
    await expectSmall(await open(writer.save(new Map(stateEntries(writer)), options)));
  });
});

describe('safetensors', () => {
  test.each<DtypeName>(['F32', 'F16', 'BF16', 'F64'])('%s', async (dtype) => {
    const index = encodeElements(relativePositionIndex(SMALL.window), 'I64');
    const tensors = new Map<string, RawTensor>(
      [...releasedParameters(SMALL, CLASSES)].map(([name, { shape, kind }]) => [
        name,
        kind === 'index'
          ? { dtype: 'I64', shape, bytes: index }
          : { dtype, shape, bytes: encodeElements(STATE.get(name)!.data, dtype) },
      ]),
    );
    const checkpoint = await open(encodeSafetensors(tensors));
    expect(checkpoint.format).toBe('safetensors');
    await expectSmall(checkpoint);
  });
});

test('reads names and shapes without the values', async () => {
  for (const legacy of [false, true]) {
    const writer = new TorchWriter({ legacy });
    const source = new MemorySource(writer.save(new Map(stateEntries(writer))));
    inspectCheckpoint(await openCheckpoint(source));
    expect(source.size).toBeGreaterThan(5_000_000);
    expect(source.bytesRead).toBeLessThan(1_300_000);
  }
});

describe('refuses, saying why', () => {
  test.each<[string, string, RegExp, (writer: TorchWriter) => unknown]>([
    ['a tensor', 'checkpoint.not-hifuse', /no state dict/, (w) => w.tensor([2], [1, 2])],
    ['an empty dict', 'checkpoint.not-hifuse', /empty/, () => new Map()],
    ['a dict without weights', 'checkpoint.not-hifuse', /keys are epoch, loss/, () => py.dict({ epoch: 1, loss: 0.5 })],
    [
      'two wrappers',
      'checkpoint.not-hifuse',
      /state_dict, model/,
      (w) => py.dict({ state_dict: py.dict({ a: w.tensor([1], [1]) }), model: py.dict({ a: w.tensor([1], [1]) }) }),
    ],
    [
      'something among the weights',
      'checkpoint.not-hifuse',
      /no tensor: extra_state/,
      (w) => new Map<string, unknown>([...stateEntries(w), ['extra_state', 'text']]),
    ],
    [
      'another network',
      'checkpoint.not-hifuse',
      /not a checkpoint of HiFuse/,
      (w) => py.dict({ 'fc.weight': w.tensor([1, 2], [1, 2]) }),
    ],
    [
      'a missing tensor',
      'model.missing-tensor',
      /fu2\.norm3\.weight/,
      (w) => new Map(stateEntries(w).filter(([name]) => name !== 'fu2.norm3.weight')),
    ],
    [
      'an extra tensor',
      'model.extra-tensor',
      /fu5\.norm3\.weight/,
      (w) => new Map([...stateEntries(w), ['fu5.norm3.weight', w.tensor([1], [1])]]),
    ],
    [
      'a misshapen tensor',
      'model.shape-mismatch',
      /conv_norm\.bias is \[64, 2\]/,
      (w) => new Map([...stateEntries(w), ['conv_norm.bias', w.tensor([64, 2], new Float32Array(128))]]),
    ],
    [
      'prefixes on some names only',
      'model.missing-tensor',
      /conv_norm\.bias/,
      (w) => new Map(stateEntries(w).map(([name, t]) => [name === 'conv_norm.bias' ? `module.${name}` : name, t])),
    ],
  ])('%s', async (_, code, message, root) => {
    for (const legacy of [false, true]) {
      const writer = new TorchWriter({ legacy });
      const bytes = writer.save(root(writer));
      const opened = (async () => inspectCheckpoint(await open(bytes)))();
      await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    }
  });

  test.each([
    ['NaN', NaN],
    ['infinity', Infinity],
  ])('%s among the weights', async (_, value) => {
    const writer = new TorchWriter();
    const entries = new Map(stateEntries(writer)).set(
      'conv_norm.bias',
      writer.tensor([128], new Float32Array(128).fill(value)),
    );
    const checkpoint = await open(writer.save(entries));
    await expect(readState(checkpoint, inspectCheckpoint(checkpoint))).rejects.toMatchObject({
      code: 'checkpoint.corrupt',
      message: expect.stringContaining('conv_norm.bias') as string,
    });
  });

  test.each([
    ['text', 'hello, this is no checkpoint at all'],
    ['a plain pickle', '\x80\x02}q\x00.'],
    ['an HDF5 file', '\x89HDF\r\n\x1a\n----------------'],
  ])('%s', async (_, text) => {
    await expect(open(Buffer.from(text, 'latin1'))).rejects.toMatchObject({ code: 'checkpoint.unknown-format' });
  });
});
