import type { Handlers } from '../dispatch.ts';
import { importCheckpoint, summarizeCheckpoint } from '../import/import-checkpoint.ts';
import type { Sessions } from '../sessions.ts';

/** Requests that turn checkpoints into model packages. */
export function checkpointHandlers(sessions: Sessions) {
  return {
    'checkpoint.summary': ({ path }) => summarizeCheckpoint(path),
    'checkpoint.import': async (options) => {
      const imported = await importCheckpoint(options);
      await sessions.forget(imported.directory);
      return imported;
    },
  } satisfies Partial<Handlers>;
}
