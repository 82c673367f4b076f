import { join } from 'node:path';
import type { Handlers } from '../dispatch.ts';
import { importCheckpoint } from '../import/import-checkpoint.ts';
import type { Sessions } from '../sessions.ts';
import type { Imaging } from './imaging.ts';

/** Requests of training; TensorFlow.js is loaded with the first one. */
export function trainingHandlers(sessions: Sessions, imaging: Imaging) {
  return {
    'train.check': async ({ images, preprocessing }, { signal, progress }) => {
      const { checkImages } = await import('../train/leaks.ts');
      return checkImages(images, preprocessing, imaging, {
        signal,
        onImage: (done) => {
          progress(done, images.length, 'Looking at the images');
        },
      });
    },
    'train.run': async (request, { signal, progress }) => {
      const { train, RUN_FILES } = await import('../train/trainer.ts');
      const trained = await train(request, { imaging, signal, onProgress: progress });
      const { best } = trained;
      const { data, ...description } = request.description;
      const { directory } = await importCheckpoint({
        ...description,
        checkpoint: join(trained.run, RUN_FILES.best),
        out: request.out,
        classes: request.classes,
        preprocessing: request.preprocessing,
        doubleSigmoid: request.architecture.doubleSigmoid,
        modelCard: '',
        training: {
          data,
          metrics: {
            epochs: trained.history.length,
            bestEpoch: best.epoch,
            valAccuracy: best.valAccuracy,
            valBalancedAccuracy: best.valBalancedAccuracy,
            valMacroF1: best.valMacroF1,
            valLoss: best.valLoss,
          },
        },
      });
      await sessions.forget(directory);
      return { ...trained, directory };
    },
  } satisfies Partial<Handlers>;
}
