import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { NOTICE, productName, version } from '../about.ts';
import type { AppEvent, Services } from '../compose.ts';
import { PATHS } from '../paths.ts';
import { listFolder } from '../services/folders.ts';
import { previewImport } from '../services/import-preview.ts';
import { systemClock } from '../services/clock.ts';
import { checkParams, isMethod } from './checks.ts';
import type { Api, Method, Opened } from './contract.ts';
import type { Answer } from './messages.ts';
import { PageSession, type Caller } from './page-session.ts';
import { StudyFeed } from './study-feed.ts';

type Handlers = {
  [M in Method]: (params: Api[M]['params'], caller: Caller) => Api[M]['result'] | Promise<Api[M]['result']>;
};

/** What the transports (Electron's IPC, the WebSocket) carry between the renderers and the services. */
export interface Server {
  /**
   * Connects a page: tells it first what it must know, then every event.
   * @param isBehind whether the page has yet to take much of what was sent
   */
  connect(tell: (event: AppEvent) => void, isBehind?: () => boolean): Connection;
}

/** One page, from when it was loaded until it is gone. */
export interface Connection {
  /** Answers anything that a page sends; never rejects. The page may cancel by the id that it gave. */
  invoke(id: number, method: unknown, params: unknown): Promise<Answer>;
  cancel(id: number): void;
  close(): void;
}

/** Binds the contract to the services. A method without a handler does not compile. */
function createHandlers(services: Services) {
  const { host, store, inference, packages, settings, studies, images, measurements, predictions, batches, reports } =
    services;
  const { tasks, uploads } = services;

  const checkpointPath = (source: { uploadId: string } | { path: string }): string =>
    'path' in source ? source.path : uploads.path(source.uploadId);

  /** Failures are told by the error of the first; all that can be opened is open. */
  const open = async (paths: readonly string[], page: PageSession): Promise<void> => {
    const [failure] = await studies.open(paths, { opening: page.opening() });
    if (failure) throw failure;
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

    'studies.resend': (_, { page }) => {
      page.resend();
      return null;
    },
    'studies.open': async ({ paths }, { page }) => {
      await open(paths, page);
      return null;
    },
    'studies.dialog': async ({ kind }, { page }) => {
      const paths = await host.openDialog(kind);
      if (paths === null) return 'unavailable';
      if (paths.length === 0) return 'cancelled';
      await open(paths, page);
      return 'opened';
    },
    'studies.upload': async ({ openingId, ...part }, { page }) => {
      page.sendsImage(part.uploadId, part.last);
      const file = await uploads.add(part);
      if (file !== null) studies.openUpload({ path: file, name: part.name }, page.openingOfDrop(openingId));
      return null;
    },
    'studies.samples': async (_, { page }) => {
      await open([PATHS.samples], page);
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

    'studies.skipped': () => studies.skippedFiles,

    'files.choose-folder': async () => {
      const paths = await host.openDialog('folder');
      if (paths === null) return 'unavailable';
      return paths[0] === undefined ? 'cancelled' : { folder: paths[0] };
    },
    'files.list': ({ path: folder }) => listFolder(folder),

    'images.frame': (params, { signal }) => images.frame(params, signal),
    'images.thumbnail': (params, { signal }) => images.thumbnail(params, signal),
    'images.elements': (params) => images.elements(params),

    'predictions.classify': (params, { signal }) => predictions.classify(params, signal),
    'predictions.input': (params) => predictions.input(params),

    'batch.start': (params) => batches.start(params),
    'batch.cancel': (params) => batches.cancel(params),
    'batch.rows': (params) => batches.rows(params),
    'batch.export': (params) => batches.export(params),

    'reports.save': (params) => reports.save(params),

    'measurements.list': ({ image }) => measurements.of(image),
    'measurements.save': (measurement) => {
      measurements.save(measurement);
      return null;
    },
    'measurements.delete': (params) => {
      measurements.delete(params);
      return null;
    },
    'measurements.mark-key': (params) => {
      measurements.markKey(params);
      return null;
    },
    'measurements.export': (params) => measurements.export(params),

    'models.list': () => packages.list(),
    'models.damaged': () => packages.damaged(),
    'models.info': async () => inference.request('model.load', await services.selectedModel()),
    'models.devices': async () =>
      tasks.during('devices', inference.request('model.devices', await services.selectedModel())),
    'models.upload': async (part, { page }) => {
      page.sendsCheckpoint(part.uploadId);
      await uploads.add(part);
      return null;
    },
    'models.checkpoint': (source) => inference.request('checkpoint.summary', { path: checkpointPath(source) }),
    'models.preview': async ({ options, ...source }) => {
      const subject = 'folder' in source ? source : { path: studies.get(source.imageId).path, frame: source.frame };
      return tasks.during('preview', previewImport(inference, checkpointPath(source), options, subject));
    },
    'models.import': async ({ options, ...source }) => {
      const out = await packages.place(options.id);
      const request = { ...options, checkpoint: checkpointPath(source), out };
      await tasks.during('import', inference.request('checkpoint.import', request));
      if ('uploadId' in source) await uploads.discard(source.uploadId);
      return packages.get(options.id);
    },

    'uploads.discard': async ({ uploadId }) => {
      await uploads.discard(uploadId);
      return null;
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
  const feeds = new Set<StudyFeed>();
  /** What was opened before there was a page to show it. */
  let missed: Opened | null = null;
  services.studies.onOpening((opened) => {
    if (feeds.size === 0) missed = opened;
    for (const feed of feeds) feed.show(opened);
  });

  async function answer<M extends Method>(method: M, params: unknown, caller: Caller): Promise<Api[M]['result']> {
    return handlers[method](checkParams(method, params), caller);
  }

  return {
    connect: (tell, isBehind = () => false) => {
      const feed = new StudyFeed(
        services.studies,
        {
          update: (event) => {
            tell({ topic: 'studies.changed', event });
          },
          opening: (event) => {
            tell({ topic: 'opening', event });
          },
          isBehind,
        },
        systemClock,
      );
      feeds.add(feed);
      if (missed) feed.show(missed);
      missed = null;
      const unsubscribe = services.events.on(tell);
      void services.snapshot().then((events) => {
        for (const event of events) tell(event);
      });
      const page = new PageSession(services.studies, services.uploads, feed);
      return {
        invoke: async (id, method, params) => {
          const caller = page.begin(id);
          try {
            if (!isMethod(method)) throw new HifuseError('request.invalid', { reason: 'no-method' });
            return { ok: true, result: await answer(method, params, caller) };
          } catch (error) {
            return { ok: false, error: toErrorValue(error) };
          } finally {
            page.end(id);
          }
        },
        cancel: (id) => {
          page.cancel(id);
        },
        close: () => {
          feeds.delete(feed);
          feed.close();
          unsubscribe();
          page.close();
        },
      };
    },
  };
}
