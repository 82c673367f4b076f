/**
 * Chooses the engine and the device that run a model, by the order and policy in devices.ts. Nothing falls back
 * unseen: every device that was passed over has a report that says why.
 */
import type { SelfTest } from '../../models/package/manifest.ts';
import type { DeviceReport } from '../protocol.ts';
import { CANDIDATES, type Candidate } from './devices.ts';
import type { LoadedModel, Session } from './engine.ts';
import { thisMachine } from './machine.ts';
import { Search, type Selection } from './search.ts';
import type { Surroundings } from './trial.ts';

export interface Opened {
  session: Session;
  /** One for each engine and device, in the order of trying; one of them is `running`. */
  devices: DeviceReport[];
}

function surroundings(): Surroundings {
  return {
    machine: thisMachine(),
    engines: {
      onnx: async () => (await import('./onnx/engine.ts')).onnxEngine,
      tfjs: async () => (await import('./tfjs/engine.ts')).tfjsEngine,
    },
    testProduct: async ({ engine, device }) =>
      engine === 'onnx' ? (await import('./onnx/test-product.ts')).testProduct(device) : null,
    now: () => performance.now(),
  };
}

/**
 * Loads a model where the selection says, or for `auto` on the first device that passes the self-test, agrees with the
 * processor and is faster than it; else on the processor.
 *
 * Throws `engine.unavailable` where the device that was asked for cannot be had, `model.self-test-failed` where it
 * answers wrongly, and `model.*` where the package is at fault.
 */
export async function openSession(
  model: LoadedModel,
  selfTest: SelfTest,
  selection: Selection,
  world: Surroundings = surroundings(),
): Promise<Opened> {
  const search = new Search(model, selfTest, world, selection.device !== 'auto');
  const candidates = matching(selection);
  const chosen =
    selection.device === 'auto' ? await search.fastest(candidates) : await search.firstThatPasses(candidates);
  if (!chosen) throw search.failure(selection);
  return { session: chosen.session, devices: search.reports(selection) };
}

/** Tries every device of the selection's engine (every engine for `auto`), keeps none, and says how each did. */
export async function probeDevices(
  model: LoadedModel,
  selfTest: SelfTest,
  selection: Selection,
  world: Surroundings = surroundings(),
): Promise<DeviceReport[]> {
  const everyDevice: Selection = { engine: selection.engine, device: 'auto' };
  const search = new Search(model, selfTest, world, false);
  await search.every(matching(everyDevice));
  return search.reports(everyDevice);
}

function matching({ engine, device }: Selection): Candidate[] {
  return CANDIDATES.filter(
    (candidate) =>
      (engine === 'auto' || candidate.engine === engine) && (device === 'auto' || candidate.device === device),
  );
}
