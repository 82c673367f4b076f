import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { Device, EngineName } from '../../models/devices.ts';
import { HifuseError } from '../../models/errors.ts';
import { formulaStateDict } from '../../models/hifuse/formula.ts';
import { architectureOf } from '../../models/hifuse/variants.ts';
import type { Manifest, SelfTest } from '../../models/package/manifest.ts';
import type { DeviceReport } from '../protocol.ts';
import type { LoadedModel, Session } from './engine.ts';
import { thisMachine, type Machine } from './devices.ts';
import { answersOf, openSession, probeDevices, type DeviceWorld } from './select.ts';

const SELF_TEST: SelfTest = {
  schema: 1,
  input: { formula: 'fnv1a-lcg', name: 'input', shape: [1, 3, 224, 224] },
  logits: [[1, 2]],
  tolerance: { float32: 0.01, float16: 0.1, int8: 1 },
};
const MODEL = {} as LoadedModel;
const AUTO = { engine: 'auto', device: 'auto' } as const;
const EVERYTHING: Machine = { platform: 'linux', graphics: true, nvidia: true, onnxCuda: true, tensorflow: true };
const NO_GPU: Machine = { platform: 'linux', graphics: false, nvidia: false, onnxCuda: false, tensorflow: false };

/** How a pretended device behaves. */
interface Behaviour {
  milliseconds: number;
  logits?: number[];
  product?: number;
  breaks?: true;
}
type Place = `${EngineName}/${Device}`;

/** A pretended machine, on which time passes only in networks. */
function pretend(machine: Machine, behaviours: Partial<Record<Place, Behaviour | 'missing'>>) {
  const tried: Place[] = [];
  const open = new Set<Place>();
  let clock = 0;

  const engine = (name: EngineName) => async () => ({
    name,
    load: (_: LoadedModel, device: Device): Promise<Session> => {
      const place: Place = `${name}/${device}`;
      tried.push(place);
      const behaviour = behaviours[place] ?? 'missing';
      if (behaviour === 'missing') {
        return Promise.reject(new HifuseError('engine.unavailable', { reason: 'no-webgpu' }));
      }
      open.add(place);
      return Promise.resolve({
        engine: name,
        device,
        precision: 'float32',
        preferredBatch: 1,
        weightBytes: 0,
        run: () => {
          clock += behaviour.milliseconds;
          if (behaviour.breaks)
            return Promise.reject(
              new HifuseError('engine.failed', { reason: 'onnx', message: 'The device was lost.' }),
            );
          return Promise.resolve({ logits: { data: Float32Array.from(behaviour.logits ?? [1, 2]), shape: [1, 2] } });
        },
        dispose: () => {
          open.delete(place);
          return Promise.resolve();
        },
      });
    },
  });

  const world: DeviceWorld = {
    machine,
    engines: { onnx: engine('onnx'), tfjs: engine('tfjs') },
    testProduct: ({ engine: name, device }) => {
      const behaviour = behaviours[`${name}/${device}`];
      return Promise.resolve((typeof behaviour === 'object' && behaviour.product) || 1);
    },
    now: () => clock,
  };
  return { world, tried, open: () => [...open] };
}

function of(devices: readonly DeviceReport[], place: Place): DeviceReport {
  return devices.find(({ engine, device }) => `${engine}/${device}` === place)!;
}

async function rejection(promise: Promise<unknown>): Promise<HifuseError> {
  const error: unknown = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(HifuseError);
  return error as HifuseError;
}

describe('auto', () => {
  test('loads nothing but the processor where there is no GPU, and says why', async () => {
    const { world, tried } = pretend(NO_GPU, { 'onnx/cpu': { milliseconds: 20 } });
    const { session, devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(session).toMatchObject({ engine: 'onnx', device: 'cpu' });
    expect(tried).toEqual(['onnx/cpu']);
    expect(of(devices, 'onnx/cpu')).toMatchObject({
      status: 'running',
      selfTestDeviation: 0,
      millisecondsPerImage: 20,
    });
    expect(of(devices, 'onnx/webgpu')).toMatchObject({
      status: 'unavailable',
      error: { code: 'engine.unavailable', details: { reason: 'no-graphics' } },
    });
    expect(of(devices, 'onnx/dml')).toMatchObject({
      status: 'unavailable',
      error: { code: 'engine.unavailable', details: { reason: 'no-windows' } },
    });
    expect(of(devices, 'tfjs/cpu').status).toBe('not-tried');
  });

  test('prefers TensorFlow on CUDA where it is faster, and looks no further', async () => {
    const { world, tried, open } = pretend(EVERYTHING, {
      'tfjs/cuda': { milliseconds: 2 },
      'onnx/cpu': { milliseconds: 20 },
    });
    const { devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(tried).toEqual(['onnx/cpu', 'tfjs/cuda']);
    expect(open()).toEqual(['tfjs/cuda']);
    expect(of(devices, 'tfjs/cuda')).toMatchObject({
      status: 'running',
      reason: { code: 'device.faster', details: { times: 10 } },
    });
    expect(of(devices, 'onnx/cpu')).toMatchObject({ status: 'available', millisecondsPerImage: 20 });
    expect(of(devices, 'onnx/cuda').status).toBe('not-tried');
  });

  test('passes over what is missing, wrong, broken or slow, each with its reason', async () => {
    const { world, open } = pretend(EVERYTHING, {
      'tfjs/cuda': 'missing',
      'onnx/cuda': { milliseconds: 2, logits: [1, 2.5] },
      'onnx/webgpu': { milliseconds: 18 },
      'onnx/cpu': { milliseconds: 20 },
    });
    const { session, devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(session.device).toBe('cpu');
    expect(open()).toEqual(['onnx/cpu']);
    expect(of(devices, 'tfjs/cuda')).toMatchObject({
      status: 'unavailable',
      error: { code: 'engine.unavailable', details: { reason: 'no-webgpu' } },
    });
    expect(of(devices, 'onnx/cuda')).toMatchObject({
      status: 'rejected',
      selfTestDeviation: 0.5,
      error: {
        code: 'model.self-test-failed',
        details: { reason: 'differs', deviation: '0.50', tolerance: '0.010' },
      },
    });
    expect(of(devices, 'onnx/webgpu')).toMatchObject({
      status: 'available',
      reason: { code: 'device.not-faster', details: { its: 18, processors: 20 } },
    });
  });

  test('holds a device to the answers of the processor, not to the expected ones alone', async () => {
    const { world } = pretend(EVERYTHING, {
      'onnx/webgpu': { milliseconds: 1, logits: [1, 2.008] },
      'onnx/cpu': { milliseconds: 20, logits: [1, 1.994] },
    });
    const { session, devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(session.device).toBe('cpu');
    expect(of(devices, 'onnx/webgpu')).toMatchObject({
      error: { details: { reason: 'differs-from-processor', deviation: '0.014' } },
    });
  });

  test('never loads a network on a driver that computes in software', async () => {
    const { world, tried } = pretend(EVERYTHING, {
      'onnx/webgpu': { milliseconds: 10_000, product: 600 },
      'onnx/cpu': { milliseconds: 20 },
    });
    const { devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(tried).not.toContain('onnx/webgpu');
    expect(of(devices, 'onnx/webgpu')).toMatchObject({
      status: 'rejected',
      error: { details: { reason: 'software', milliseconds: 600, most: 30 } },
    });
  });

  test('survives a device that breaks while it runs', async () => {
    const { world, open } = pretend(EVERYTHING, {
      'onnx/webgpu': { milliseconds: 1, breaks: true },
      'onnx/cpu': { milliseconds: 20 },
    });
    const { devices } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(of(devices, 'onnx/webgpu')).toMatchObject({
      status: 'rejected',
      error: { code: 'engine.failed', details: { reason: 'in-self-test' }, cause: { code: 'engine.failed' } },
    });
    expect(open()).toEqual(['onnx/cpu']);
  });

  test('runs on the other engine where ONNX Runtime has no build', async () => {
    const { world } = pretend(NO_GPU, { 'tfjs/cpu': { milliseconds: 200 } });
    const { session } = await openSession(MODEL, SELF_TEST, AUTO, world);
    expect(session.engine).toBe('tfjs');
  });

  test('refuses weights that give wrong answers everywhere', async () => {
    const wrong = { milliseconds: 1, logits: [3, 4] };
    const { world, open } = pretend(NO_GPU, { 'onnx/cpu': wrong, 'tfjs/cpu': wrong });
    const error = await rejection(openSession(MODEL, SELF_TEST, AUTO, world));
    expect(error.code).toBe('model.self-test-failed');
    expect(open()).toEqual([]);
  });
});

describe('a device that somebody asks for', () => {
  test('runs, however slow', async () => {
    const { world, tried } = pretend(NO_GPU, { 'onnx/webgpu': { milliseconds: 10_000, product: 600 } });
    const { session, devices } = await openSession(MODEL, SELF_TEST, { engine: 'auto', device: 'webgpu' }, world);
    expect(session.device).toBe('webgpu');
    expect(tried).toEqual(['onnx/webgpu']);
    expect(of(devices, 'onnx/webgpu').status).toBe('running');
    expect(of(devices, 'onnx/cpu')).toMatchObject({ status: 'not-tried', reason: { code: 'device.not-asked-for' } });
  });

  test('is never replaced by another', async () => {
    const { world, tried } = pretend(NO_GPU, { 'onnx/cpu': { milliseconds: 20 } });
    const error = await rejection(openSession(MODEL, SELF_TEST, { engine: 'auto', device: 'cuda' }, world));
    expect(error.code).toBe('engine.unavailable');
    expect(error.message).toBe(
      'The model cannot run on the device that was chosen. ' +
        "NVIDIA graphics processor (TensorFlow): TensorFlow's library is not installed. Run `npm run setup:cuda`. " +
        "NVIDIA graphics processor (ONNX Runtime): ONNX Runtime's CUDA library is not installed. " +
        'Run `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`. ' +
        'Choose the device auto or cpu to go on without it.',
    );
    expect(tried).toEqual([]);
  });

  test('is refused where it answers wrongly', async () => {
    const { world, open } = pretend(EVERYTHING, { 'onnx/webgpu': { milliseconds: 1, logits: [1, NaN] } });
    const error = await rejection(openSession(MODEL, SELF_TEST, { engine: 'onnx', device: 'webgpu' }, world));
    expect(error.code).toBe('model.self-test-failed');
    expect(open()).toEqual([]);
  });

  test('must be one that the engine knows', async () => {
    const error = await rejection(
      openSession(MODEL, SELF_TEST, { engine: 'tfjs', device: 'webgpu' }, pretend(NO_GPU, {}).world),
    );
    expect(error).toMatchObject({
      code: 'engine.unavailable',
      message: 'The engine tfjs does not run on the device webgpu. Choose one of: auto, cuda, cpu.',
    });
  });
});

test('probing tries every device, keeps none, and chooses none', async () => {
  const { world, tried, open } = pretend(EVERYTHING, {
    'tfjs/cuda': { milliseconds: 2 },
    'onnx/cuda': { milliseconds: 4 },
    'onnx/webgpu': 'missing',
    'onnx/cpu': { milliseconds: 20 },
    'tfjs/cpu': { milliseconds: 200 },
  });
  const devices = await probeDevices(MODEL, SELF_TEST, AUTO, world);
  expect([...tried].sort()).toEqual(['onnx/cpu', 'onnx/cuda', 'onnx/webgpu', 'tfjs/cpu', 'tfjs/cuda']);
  expect(open()).toEqual([]);
  expect(devices.map(({ engine, device, status }) => [engine, device, status])).toEqual([
    ['tfjs', 'cuda', 'available'],
    ['onnx', 'dml', 'unavailable'],
    ['onnx', 'coreml', 'unavailable'],
    ['onnx', 'cuda', 'available'],
    ['onnx', 'webgpu', 'unavailable'],
    ['onnx', 'cpu', 'available'],
    ['tfjs', 'cpu', 'available'],
  ]);
});

describe('for real', () => {
  const architecture = architectureOf('nano', 'depthwise');
  const classes = ['a', 'b', 'c'].map((name) => ({ name, displayName: name }));
  const model: LoadedModel = {
    manifest: { architecture, classes } as unknown as Manifest,
    state: formulaStateDict(architecture, 3),
  };
  // Of golden/hifuse-nano-depthwise.json: the first image is the same whatever the batch.
  const selfTest: SelfTest = {
    ...SELF_TEST,
    logits: [[0.05946451425552368, 0.7197507619857788, -0.13533827662467957]],
    tolerance: { float32: 1e-4, float16: 1e-4, int8: 1e-4 },
  };
  const loadedModules = () => Object.keys(createRequire(import.meta.url).cache);
  const tensorflow = /[\\/]@tensorflow[\\/]/;

  const machine = thisMachine();
  const cuda = machine.nvidia && machine.tensorflow;

  test.skipIf(cuda)('auto answers as PyTorch does and imports nothing of TensorFlow.js', async () => {
    const { session, devices } = await openSession(model, selfTest, AUTO);
    expect(of(devices, `onnx/${session.device}`).selfTestDeviation).toBeLessThan(1e-4);
    await session.dispose();
    expect(loadedModules().some((path) => path.includes('onnxruntime-node'))).toBe(true);
    expect(loadedModules().filter((path) => tensorflow.test(path))).toEqual([]);
  });

  test('TensorFlow.js answers as PyTorch and ONNX Runtime do', async () => {
    const { session, devices } = await openSession(model, selfTest, { engine: 'tfjs', device: 'cpu' });
    expect(of(devices, 'tfjs/cpu').selfTestDeviation).toBeLessThan(1e-4);
    const [logits] = await answersOf(session, selfTest);
    expect(logits).toHaveLength(3);
    await session.dispose();
    expect(loadedModules().some((path) => tensorflow.test(path))).toBe(true);
  });
});
