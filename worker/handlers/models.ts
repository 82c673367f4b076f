import type { LoadedModel } from '../engines/engine.ts';
import { calibrate } from '../doubt/calibrate.ts';
import type { Place } from '../engines/select.ts';
import { measure } from '../doubt/measure.ts';
import { runSelfTest } from '../engines/self-test.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import type { Handlers } from '../dispatch.ts';
import type { DeviceReport } from '../protocol.ts';
import type { Loader, Sessions } from '../sessions.ts';
import { classify } from './classify.ts';
import type { Inputs } from './inputs.ts';
import { quantizePackage } from './quantize-package.ts';
import { writeOnnx } from './write-onnx.ts';

/** How a model is tried on every device (worker/engines/select.ts); a test passes its own. */
export type ProbeDevices = (model: LoadedModel, selfTest: SelfTest, place: Place) => Promise<DeviceReport[]>;

/** Requests that concern a model package: what it is, where it runs, what it says of images. */
export function modelHandlers(
  sessions: Sessions,
  inputs: Inputs,
  loadPackage: Loader['loadPackage'],
  probeDevices: ProbeDevices,
) {
  return {
    'model.load': (selection) =>
      sessions.use(selection, ({ model, session, devices }) =>
        Promise.resolve({
          directory: selection.directory,
          manifest: model.manifest,
          engine: session.engine,
          device: session.device,
          precision: session.precision,
          preferredBatch: session.preferredBatch,
          weightBytes: session.weightBytes,
          devices,
        }),
      ),
    'model.verify': (selection) =>
      sessions.use(selection, async ({ model, session }) => ({
        id: model.manifest.id,
        engine: session.engine,
        device: session.device,
        precision: session.precision,
        ...(await runSelfTest(session, model.selfTest)),
      })),
    'model.devices': async (selection) => {
      const model = await loadPackage(selection.directory);
      return probeDevices(model, model.selfTest, selection);
    },
    'model.export': async ({ directory, out }) => {
      const model = await loadPackage(directory);
      return { id: model.manifest.id, bytes: await writeOnnx(model, out) };
    },
    'model.quantize': async (request, { signal, progress }) => {
      const written = await quantizePackage(request, await loadPackage(request.directory), inputs, {
        signal,
        onProgress: (text) => {
          progress(0, 0, text);
        },
      });
      await sessions.forget(written.directory);
      return written;
    },
    'model.calibrate': async (request, { signal, progress }) => {
      const selection = { directory: request.directory, engine: 'onnx', device: 'cpu' } as const;
      const model = await loadPackage(request.directory);
      const written = await sessions.use(selection, (open) =>
        calibrate(request, model, open, inputs, {
          signal,
          onProgress: (done, total) => {
            progress(done, total, 'calibrating');
          },
        }),
      );
      await sessions.forget(written.directory);
      return written;
    },
    'model.measure': (request, { signal, progress }) =>
      sessions.use({ directory: request.directory, engine: 'onnx', device: 'cpu' }, (open) =>
        measure(request, open, inputs, {
          signal,
          onProgress: (done, total) => {
            progress(done, total, 'measuring');
          },
        }),
      ),
    'model.classify': ({ images, model, heatMaps, batchSize, facts }, { signal, progress }) =>
      sessions.use(model, (open) =>
        classify(images, open, inputs, {
          heatMaps,
          batchSize,
          facts,
          signal,
          onProgress: (done, total) => {
            progress(done, total, 'Classifying');
          },
        }),
      ),
    'model.input': ({ path, frame, model }, { signal }) =>
      sessions.use(model, async (open) => {
        const input = await inputs.get({ path, frame }, open.model.manifest.preprocessing, signal);
        return { width: 224, height: 224, rgb: input.rgb, region: input.region, content: input.content };
      }),
  } satisfies Partial<Handlers>;
}
