import path from 'node:path';
import { loadTexts } from '../models/texts/load.ts';
import type { ModelSelection } from '../worker/protocol.ts';
import type { Host } from './hosts/host.ts';
import type { Events, Topic } from './ipc/contract.ts';
import { PATHS } from './paths.ts';
import { Batches } from './services/batch.ts';
import { Emitter } from './services/emitter.ts';
import { Images } from './services/images.ts';
import { Inference } from './services/inference.ts';
import { Measurements } from './services/measurements.ts';
import { Packages } from './services/packages.ts';
import { Predictions } from './services/predictions.ts';
import { Reports } from './services/reports.ts';
import { Settings } from './services/settings.ts';
import { Studies } from './services/studies.ts';
import { Tasks } from './services/tasks.ts';
import { removeAbandonedUploads, Uploads } from './services/uploads.ts';
import { openStore, type Store } from './store/open.ts';

/** An event with its topic, as it goes to the renderers. */
export type AppEvent = { [T in Topic]: { topic: T; event: Events[T] } }[Topic];

/** All that the application can do, whichever host it runs in. */
export interface Services {
  host: Host;
  store: Store;
  inference: Inference;
  packages: Packages;
  settings: Settings;
  studies: Studies;
  images: Images;
  measurements: Measurements;
  predictions: Predictions;
  batches: Batches;
  reports: Reports;
  tasks: Tasks;
  uploads: Uploads;
  /** What happens, but for changes of the study list, which every page is told in its own steps. */
  events: Emitter<AppEvent>;
  /** What a page that has just connected must know to follow the events. */
  snapshot(): Promise<AppEvent[]>;
  /** The model and the device that the settings choose. */
  selectedModel(): Promise<ModelSelection>;
  /** Ends the inference process, deletes what was uploaded and closes the store. */
  close(): void;
}

/** Builds the services from a host. */
export function compose(host: Host): Services {
  const events = new Emitter<AppEvent>();
  const inference = new Inference(host);
  const packages = new Packages(PATHS.bundledModels, path.join(host.dataDirectory, 'models'));
  const store = openStore(host.dataDirectory);
  const settings = new Settings(store.settings);
  const studies = new Studies({ requests: inference });
  const tasks = new Tasks();
  const uploads = new Uploads();
  void removeAbandonedUploads();
  const selectedModel = async (): Promise<ModelSelection> => {
    const { modelId, engine, device } = settings.get();
    return { directory: await packages.resolve(modelId), engine, device };
  };
  const pathOf = (imageId: string): string => studies.get(imageId).path;
  const images = new Images(inference, pathOf);
  const saveFile: Host['saveFile'] = (...file) => host.saveFile(...file);
  const measurements = new Measurements({
    stored: store.measurements,
    requests: inference,
    images: function* () {
      for (const id of studies.imageIds) yield { ...studies.get(id), header: studies.image(id)?.header ?? null };
    },
    saveFile,
  });
  const predictions = new Predictions(inference, pathOf, selectedModel);
  const batches = new Batches({
    requests: inference,
    image: (imageId) => studies.find(imageId),
    model: selectedModel,
    onProgress: (event) => {
      events.emit({ topic: 'batch.progress', event });
    },
    saveFile,
  });
  const reports = new Reports({
    requests: inference,
    image: (imageId) => studies.get(imageId),
    drawnOn: (image) => measurements.of(image),
    prediction: (predictionId) => predictions.kept(predictionId),
    saveFile,
    texts: () => loadTexts(settings.get().language),
  });

  studies.onClose((imageIds) => {
    images.forget(imageIds);
    predictions.forget(imageIds);
  });
  studies.onForget((paths) => {
    for (const file of paths) void uploads.discardFile(file);
  });
  settings.onChange((event) => {
    events.emit({ topic: 'settings.changed', event });
  });
  tasks.onChange((event) => {
    events.emit({ topic: 'tasks.changed', event });
  });
  measurements.onChange((event) => {
    events.emit({ topic: 'measurements.changed', event });
  });
  inference.onStatus((event) => {
    events.emit({ topic: 'worker.status', event });
  });

  return {
    host,
    store,
    inference,
    packages,
    settings,
    studies,
    images,
    measurements,
    predictions,
    batches,
    reports,
    tasks,
    uploads,
    events,
    snapshot: async () => {
      const batch = batches.current();
      return [
        { topic: 'worker.status', event: inference.status },
        { topic: 'tasks.changed', event: tasks.list },
        ...(batch ? [{ topic: 'batch.progress' as const, event: batch }] : []),
        { topic: 'settings.changed', event: await settings.get() },
      ];
    },
    selectedModel,
    close: () => {
      inference.stop();
      uploads.close();
      store.close();
    },
  };
}
