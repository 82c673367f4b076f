import type { Handlers } from '../dispatch.ts';
import { importCheckpoint, summarizeCheckpoint } from '../import/import-checkpoint.ts';
import type { Sessions } from '../sessions.ts';
import type { Inputs } from './inputs.ts';
import { previewCheckpoint } from './preview-checkpoint.ts';

/** Requests that turn checkpoints into model packages. */
export function checkpointHandlers(sessions: Sessions, inputs: Inputs) {
  return {
    'checkpoint.summary': ({ path }) => summarizeCheckpoint(path),
    'checkpoint.preview': async (request, { signal, progress }) => {
      const { onnxEngine } = await import('../engines/onnx/engine.ts');
      return previewCheckpoint(request, inputs, {
        engine: onnxEngine,
        signal,
        onProgress: (done, total) => {
          progress(done, total, 'Trying both geometries');
        },
      });
    },
    'checkpoint.import': async (options) => {
      const imported = await importCheckpoint(options);
      await sessions.forget(imported.directory);
      return imported;
    },
  } satisfies Partial<Handlers>;
}
