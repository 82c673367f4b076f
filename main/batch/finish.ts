import type { Requests } from '../services/classify.ts';
import { exportRows, type ExportOptions } from './export.ts';
import { absolute } from './listing.ts';
import { measureRun, type Labels } from './measured.ts';
import type { RunStore } from './store.ts';
import { writeSummary } from './summary.ts';

const THUMBNAIL_SIZE = 160;

export interface FinishOptions extends ExportOptions {
  requests: Requests;
  labels: Labels | null;
  missing?: readonly string[];
  /** Pictures are made of what is there; not when somebody waits for the end. */
  pictures: boolean;
}

/** Writes the results of a run, or of as much as is done, into its folder. @returns names of the files */
export async function finishRun(store: RunStore, options: FinishOptions): Promise<string[]> {
  const { requests, pictures } = options;
  const written = await exportRows(store, options);
  const summary = await writeSummary(store, {
    ...options,
    measured: options.labels && (await measureRun(store, options.aggregation, options.labels)),
    thumbnail: async (file, frame) => {
      if (!pictures) return null;
      const params = { path: absolute(store.plan, file), frame, size: THUMBNAIL_SIZE };
      return requests.request('image.thumbnail', params).then(
        ({ png }) => png,
        () => null,
      );
    },
  });
  return [...written, summary];
}
