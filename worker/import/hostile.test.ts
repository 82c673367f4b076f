import { describe, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { releasedParameters } from '../../models/hifuse/state-dict.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState } from './read-state.ts';
import { MemorySource, stateEntries } from './testing/checkpoints.ts';
import { pickle, py } from './testing/pickle-writer.ts';
import { rowMajor, TorchWriter } from './testing/torch-writer.ts';
import { writeZip } from './testing/zip-writer.ts';

/** Checkpoints that mean harm, or claim what they do not hold. */

async function readAll(source: MemorySource): Promise<void> {
  const checkpoint = await openCheckpoint(source);
  const inspected = inspectCheckpoint(checkpoint);
  await readState(checkpoint, inspected);
}

function refused(writer: TorchWriter, root: unknown): Promise<void> {
  return readAll(new MemorySource(writer.save(root)));
}

describe.each([
  ['zip', false],
  ['legacy', true],
])('a pickle that calls (%s form)', (_, legacy) => {
  test.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'getattr'],
    ['subprocess', 'Popen'],
    ['torch.storage', '_load_from_bytes'],
    ['torch', 'load'],
    ['torch.hub', 'load'],
    ['numpy.core.multiarray', 'scalar'],
    ['functools', 'partial'],
    ['main_model', 'HiFuse'],
  ])('%s.%s is refused by that name', async (module, name) => {
    const writer = new TorchWriter({ legacy });
    const call = py.call(py.global(module, name), 'touch /tmp/owned');
    await expect(
      refused(writer, py.dict({ net: py.dict({ weight: writer.tensor([1], [1]) }), extra: call })),
    ).rejects.toMatchObject({
      code: 'checkpoint.unsafe-pickle',
      message: expect.stringContaining(`wants to call ${module}.${name},`) as string,
    });
  });

  test('nothing, but brings the code of a module along', async () => {
    const writer = new TorchWriter({ legacy });
    const module = py.persistent(py.tuple('module', py.global('torch', 'float32'), 'model.py', 'class HiFuse: ...'));
    await expect(refused(writer, py.dict({ model: module }))).rejects.toMatchObject({
      code: 'checkpoint.unsafe-pickle',
      message: expect.stringContaining('holds a module with its code') as string,
    });
  });
});

describe.each([
  ['zip', false],
  ['legacy', true],
])('a tensor (%s form)', (_, legacy) => {
  test.each<[string, (writer: TorchWriter) => unknown]>([
    ['beyond its storage', (w) => w.view(w.storage(new Float32Array(100)), { shape: [128], stride: [1], offset: 0 })],
    [
      'with an offset beyond it',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [1], offset: 1 }),
    ],
    [
      'with a negative offset',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [1], offset: -1 }),
    ],
    [
      'with a negative stride',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [-1], offset: 127 }),
    ],
    [
      'with strides beyond it',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [2], offset: 0 }),
    ],
    [
      'with strides beyond all numbers',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [2 ** 52], offset: 0 }),
    ],
    [
      'with fewer strides than axes',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [128], stride: [], offset: 0 }),
    ],
    [
      'with a fraction as size',
      (w) => w.view(w.storage(new Float32Array(128)), { shape: [127.5], stride: [1], offset: 0 }),
    ],
    [
      'with a million axes',
      (w) =>
        w.view(w.storage([1]), {
          shape: new Array<number>(1000).fill(1),
          stride: new Array<number>(1000).fill(1),
          offset: 0,
        }),
    ],
    [
      'without a storage',
      () => py.call(py.global('torch._utils', '_rebuild_tensor_v2'), 1, 0, py.tuple(1), py.tuple(1)),
    ],
    ['whose storage has no type', () => py.persistent(py.tuple('storage', 'FloatStorage', '0', 'cpu', 5))],
    [
      'whose storage has a negative length',
      () => py.persistent(py.tuple('storage', py.global('torch', 'FloatStorage'), '0', 'cpu', -5)),
    ],
  ])('%s', async (_name, change) => {
    const writer = new TorchWriter({ legacy });
    writer.storage([0]); // number 0, for those that name one without having made it
    await expect(refused(writer, py.dict({ weight: change(writer) }))).rejects.toMatchObject({
      code: 'checkpoint.corrupt',
    });
  });

  test('whose storage claims 10 GB', async () => {
    const writer = new TorchWriter({ legacy });
    const storage = writer.storage(new Float32Array(128));
    const claiming = writer.view(storage, { shape: [128], stride: [1], offset: 64 }, 2_684_354_560);
    const entries = new Map(stateEntries(writer)).set('conv_norm.bias', claiming);
    await expect(refused(writer, entries)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  });

  test('spread over one element to fill 10 GB', async () => {
    // Every shape is that of a real network, only enormous; all tensors are one number repeated.
    const writer = new TorchWriter({ legacy });
    const one = writer.storage([0.5]);
    const width = 2048;
    const huge = (shape: number[]): unknown => writer.view(one, { shape, stride: shape.map(() => 0), offset: 0 });
    const architecture = { ...SMALL, width, irmlp: 'dense' } as const;
    const entries = [...releasedParameters(architecture, 2)].map(
      ([name, { shape }]) => [name, huge([...shape])] as const,
    );
    await expect(refused(writer, new Map(entries))).rejects.toMatchObject({ code: 'file.too-large' });
  });
});

test('a pickle that claims 10 GB is not read', async () => {
  const zip = writeZip([
    { name: 'archive/data.pkl', bytes: pickle(new Map()), deflate: true, claims: { size: 2 ** 32 - 2 } },
  ]);
  await expect(readAll(new MemorySource(zip))).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
});

test('a file of 10 GB is read only where it is needed', async () => {
  // Zeros to the end, so there is no directory and no storage to be found.
  const tenGigabytes = 10 * 2 ** 30;
  const writer = new TorchWriter({ legacy: true });
  const legacy = new MemorySource(writer.save(new Map(stateEntries(writer))), tenGigabytes);
  await readAll(legacy);
  expect(legacy.bytesRead).toBeLessThan(10_000_000);

  const zip = new MemorySource(new TorchWriter().save(new Map()), tenGigabytes);
  await expect(readAll(zip)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  expect(zip.bytesRead).toBeLessThan(100_000);
});

test('a safetensors header of 10 GB is not read', async () => {
  const bytes = Buffer.alloc(16, '{');
  bytes.writeBigUInt64LE(10n * 2n ** 30n);
  const source = new MemorySource(bytes, 11 * 2 ** 30);
  await expect(readAll(source)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  expect(source.bytesRead).toBeLessThan(100);
});

test('a wrapper that holds itself has an end', async () => {
  // {'model': <itself>}: EMPTY_DICT, memo 0, 'model', memo 0, SETITEM.
  const data = Uint8Array.from(Buffer.from('\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s.', 'latin1'));
  const zip = writeZip([{ name: 'archive/data.pkl', bytes: data }]);
  await expect(readAll(new MemorySource(zip))).rejects.toMatchObject({ code: 'checkpoint.not-hifuse' });
});

test('a TorchScript program is refused', async () => {
  const zip = writeZip([
    { name: 'model/data.pkl', bytes: pickle(new Map()) },
    { name: 'model/constants.pkl', bytes: pickle(py.tuple()) },
  ]);
  await expect(readAll(new MemorySource(zip))).rejects.toMatchObject({
    code: 'checkpoint.unknown-format',
    message: expect.stringContaining('TorchScript') as string,
  });
});

test('big-endian files are refused', async () => {
  const writer = new TorchWriter();
  const parts = writer.parts(
    py.dict({ a: writer.view(writer.storage([1]), { shape: [1], stride: rowMajor([1]), offset: 0 }) }),
  );
  const zip = writeZip(
    parts.map((part) => (part.name.endsWith('byteorder') ? { ...part, bytes: Buffer.from('big') } : part)),
  );
  await expect(readAll(new MemorySource(zip))).rejects.toMatchObject({ code: 'checkpoint.unknown-format' });
});

describe('what a file calls its parts is quoted briefly', () => {
  const long = 'x'.repeat(15_000_000);
  const safetensors = (header: unknown): MemorySource => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + json.length);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    return new MemorySource(file);
  };
  /** A list of lists of lists, too deep for JSON.stringify. */
  const deep = (): MemorySource => {
    const nested = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const json = new TextEncoder().encode(`{"a":{"dtype":${nested},"shape":[0],"data_offsets":[0,0]}}`);
    const file = new Uint8Array(8 + json.length);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    return new MemorySource(file);
  };

  test.each<[string, () => MemorySource]>([
    ['a type', () => safetensors({ a: { dtype: long, shape: [0], data_offsets: [0, 0] } })],
    ['a type that is nested deeply', deep],
    ['a name of another network', () => safetensors({ [long]: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } })],
    [
      'a name with an invalid shape',
      () => safetensors({ [long]: { dtype: 'F32', shape: [-1], data_offsets: [0, 0] } }),
    ],
    [
      'a name beside those of HiFuse',
      () => {
        const names = [...releasedParameters(SMALL, 2)].map(([name, { shape }]) => [name, shape] as const);
        const empty = Object.fromEntries(
          names.map(([name, shape]) => [name, { dtype: 'F32', shape: [0, ...shape], data_offsets: [0, 0] }]),
        );
        return safetensors({ ...empty, [long]: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } });
      },
    ],
    [
      'a thousand prefixes',
      () => safetensors({ [`${'module.'.repeat(1_000_000)}a`]: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
    ],
  ])('%s', async (_, source) => {
    const error = (await readAll(source()).catch((caught: unknown) => caught)) as HifuseError;
    expect(error).toBeInstanceOf(HifuseError);
    expect(error.message.length).toBeLessThan(2000);
  });
});
