import { openSession, probeDevices } from './engines/select.ts';
import type { Handlers } from './dispatch.ts';
import { checkpointHandlers } from './handlers/checkpoints.ts';
import { imageHandlers } from './handlers/images.ts';
import { Inputs } from './handlers/inputs.ts';
import { modelHandlers } from './handlers/models.ts';
import { trainingHandlers } from './handlers/training.ts';
import { loadPackage } from './import/load-package.ts';
import { createImagingPool } from './imaging/pool.ts';
import { Sessions } from './sessions.ts';

/** Composes what the inference process can do. A request without a handler does not compile. */
export function createHandlers({ threads }: { threads: number }): Handlers {
  const imaging = createImagingPool({ threads });
  // A thread takes some 300 ms to start: the first one does so now, before a reader waits for it.
  imaging.header({ path: '' }).catch(() => undefined);
  const inputs = new Inputs(imaging);
  const sessions = new Sessions({ loadPackage, openSession });
  return {
    ...imageHandlers(imaging),
    ...modelHandlers(sessions, inputs, loadPackage, probeDevices),
    ...checkpointHandlers(sessions, inputs),
    ...trainingHandlers(sessions, imaging),
  } satisfies Handlers;
}
