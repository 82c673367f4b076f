import path from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { NOTICE, productName, version } from '../about.ts';
import type { AppEvent, Services } from '../compose.ts';
import { PATHS } from '../paths.ts';
import { listFolder } from '../services/folders.ts';
import { checkParams, isMethod } from './checks.ts';
import type { Api, Method } from './contract.ts';
import type { Answer } from './messages.ts';

type Handlers = { [M in Method]: (params: Api[M]['params']) => Api[M]['result'] | Promise<Api[M]['result']> };

/** What the transports (Electron's IPC, the WebSocket) carry between the renderer and the services. */
export interface Server {
  /** Answers anything that a renderer sends; never rejects. */
  invoke(method: unknown, params: unknown): Promise<Answer>;
  /** What a renderer that has just connected must know. */
  snapshot(): Promise<AppEvent[]>;
  /** Calls back for every event; returns what ends the subscription. */
  subscribe(listener: (event: AppEvent) => void): () => void;
}

/** Uploads with these endings are checkpoints, kept for `models.*`; everything else is opened as an image. */
const CHECKPOINT_ENDINGS = new Set(['.pth', '.pt', '.ckpt', '.safetensors', '.bin']);

/** Binds the contract to the services. A method without a handler does not compile. */
function createHandlers(services: Services) {
  const { host, store, inference, packages, settings, studies, images, predictions, batches, reports, uploads } =
    services;

  const checkpointPath = (source: { uploadId: string } | { path: string }): string =>
    'path' in source ? source.path : uploads.path(source.uploadId);

  /** Shows in the status bar that something long is under way. */
  const asTask = async <R>(task: string, work: Promise<R>): Promise<R> => {
    const tell = (done: number): void => {
      services.events.emit({ topic: 'progress', event: { task, done, total: 1 } });
    };
    tell(0);
    try {
      return await work;
    } finally {
      tell(1);
    }
  };

  return {
    'app.info': () => ({
      name: productName,
      version,
      host: host.kind,
      notice: NOTICE,
      platform: process.platform,
      warnings: store.notices,
    }),

    'studies.list': () => studies.list(),
    'studies.open': async ({ paths }) => {
      await studies.open(paths);
      return null;
    },
    'studies.dialog': async ({ kind }) => {
      const paths = await host.openDialog(kind);
      if (paths === null) return 'unavailable';
      if (paths.length === 0) return 'cancelled';
      await studies.open(paths);
      return 'opened';
    },
    'studies.upload': async ({ uploadId, name, bytes, last }) => {
      const complete = await uploads.add(uploadId, name, bytes, last);
      const isImage = complete !== null && !CHECKPOINT_ENDINGS.has(path.extname(complete).toLowerCase());
      if (isImage) await studies.open([complete]);
      return null;
    },
    'studies.samples': async () => {
      await studies.open([PATHS.samples]);
      return null;
    },
    'studies.close': ({ imageIds }) => {
      studies.close(imageIds);
      return null;
    },
    'studies.reopen': () => {
      studies.reopen();
      return null;
    },

    'files.list': ({ path: folder }) => listFolder(folder),

    'images.frame': (params) => images.frame(params),
    'images.thumbnail': (params) => images.thumbnail(params),
    'images.elements': (params) => images.elements(params),

    'predictions.classify': (params) => predictions.classify(params),
    'predictions.input': (params) => predictions.input(params),

    'batch.start': (params) => batches.start(params),
    'batch.cancel': (params) => batches.cancel(params),
    'batch.rows': (params) => batches.rows(params),
    'batch.export': (params) => batches.export(params),

    'reports.save': (params) => reports.save(params),

    'models.list': () => packages.list(),
    'models.damaged': () => packages.damaged(),
    'models.info': async () => inference.request('model.load', await services.selectedModel()),
    'models.devices': async () =>
      asTask('Trying devices', inference.request('model.devices', await services.selectedModel())),
    'models.checkpoint': (source) => inference.request('checkpoint.summary', { path: checkpointPath(source) }),
    'models.import': async ({ options, ...source }) => {
      const out = await packages.place(options.id);
      const request = { ...options, checkpoint: checkpointPath(source), out };
      await asTask('Importing the model', inference.request('checkpoint.import', request));
      return packages.get(options.id);
    },

    'settings.get': () => settings.get(),
    'settings.set': async (changes) => {
      if (changes.modelId !== undefined) await packages.resolve(changes.modelId);
      return settings.set(changes);
    },
  } satisfies Handlers;
}

/** Answers requests of any transport: checks their parameters, calls the service, turns errors into values. */
export function createServer(services: Services): Server {
  const handlers: Handlers = createHandlers(services);

  async function answer<M extends Method>(method: M, params: unknown): Promise<Api[M]['result']> {
    return handlers[method](checkParams(method, params));
  }

  return {
    invoke: async (method, params) => {
      try {
        if (!isMethod(method)) throw new HifuseError('request.invalid', 'There is no such method.');
        return { ok: true, result: await answer(method, params) };
      } catch (error) {
        return { ok: false, error: toErrorValue(error) };
      }
    },
    snapshot: async () => [
      { topic: 'studies.changed', event: services.studies.list() },
      { topic: 'settings.changed', event: services.settings.get() },
      { topic: 'worker.status', event: services.inference.status },
    ],
    subscribe: (listener) => services.events.on(listener),
  };
}
