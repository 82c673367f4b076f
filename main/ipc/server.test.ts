import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWorker, WorkerRequest } from '../../worker/protocol.ts';
import { compose, type AppEvent, type Services } from '../compose.ts';
import type { Host, WorkerProcess } from '../hosts/host.ts';
import { fakeHeader } from '../testing/fakes.ts';
import { createServer, type Server } from './server.ts';

let folder: string;
let services: Services;
let server: Server;
/** What the inference process was told. */
let sent: WorkerRequest[];
let cancelled: number[];

/** An inference process that reads headers and answers nothing else. */
function spawnWorker(): WorkerProcess {
  let tell: (message: FromWorker) => void = () => undefined;
  return {
    pid: undefined,
    onMessage: (listener) => {
      tell = listener;
      setImmediate(tell, { kind: 'ready' });
    },
    onExit: () => undefined,
    kill: () => undefined,
    send: (message) => {
      if (message.kind === 'cancel') cancelled.push(message.id);
      if (message.kind !== 'request') return;
      sent.push(message);
      if (message.method !== 'image.headers') return;
      const result = message.params.paths.map((file) => ({ ok: true as const, header: fakeHeader(file) }));
      setImmediate(tell, { kind: 'result', id: message.id, result });
    },
  };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-server-'));
  [sent, cancelled] = [[], []];
  const host: Host = {
    kind: 'browser',
    dataDirectory: folder,
    spawnWorker,
    openDialog: () => Promise.resolve(null),
    saveFile: () => Promise.resolve({ kind: 'cancelled' }),
  };
  services = compose(host);
  server = createServer(services);
  for (const name of ['a.dcm', 'b.dcm']) await writeFile(path.join(folder, name), '');
});

afterEach(async () => {
  services.close();
  await rm(folder, { recursive: true, force: true });
});

/** A page with all that it was told. */
function connect() {
  const events: AppEvent[] = [];
  const connection = server.connect((event) => events.push(event));
  let last = 0;
  const invoke = (method: string, params: unknown) => connection.invoke(++last, method, params);
  const openings = () => events.flatMap(({ topic, event }) => (topic === 'opening' ? [event.firstImageId] : []));
  const topics = () => new Set(events.map(({ topic }) => topic));
  return { ...connection, invoke, events, openings, topics };
}

const part = (uploadId: string, last: boolean) => {
  return { uploadId, name: `${uploadId}.bin`, offset: 0, bytes: new Uint8Array(3), last };
};
const inFolder = (name: string) => path.join(folder, name);

describe('a page', () => {
  it('is told at first what it must know, the batch and what is under way included', async () => {
    const first = connect();
    await first.invoke('studies.open', { paths: [inFolder('a.dcm')] });
    await vi.waitFor(() => expect(first.openings()).toHaveLength(1));
    await first.invoke('batch.start', { imageIds: first.openings() });
    void services.tasks.during('devices', new Promise(() => undefined));
    const second = connect();
    await vi.waitFor(() => {
      expect(second.topics()).toEqual(
        new Set(['studies.changed', 'worker.status', 'batch.progress', 'tasks.changed', 'settings.changed']),
      );
    });
    expect(second.events.find(({ topic }) => topic === 'tasks.changed')!.event).toMatchObject([{ task: 'devices' }]);
    expect(second.events.find(({ topic }) => topic === 'studies.changed')!.event).toMatchObject({
      ...{ reset: true, complete: true, revision: 1 },
      images: [{ name: 'a.dcm' }],
    });
  });

  it('is told alone what it opens, and together with all others what nobody in particular opens', async () => {
    const [own, other] = [connect(), connect()];
    await own.invoke('studies.open', { paths: [inFolder('a.dcm')] });
    await vi.waitFor(() => expect(own.openings()).toEqual(['image-1']));
    await services.studies.open([inFolder('b.dcm')]);
    await vi.waitFor(() => expect(own.openings()).toEqual(['image-1', 'image-2']));
    await vi.waitFor(() => expect(other.openings()).toEqual(['image-2']));
  });

  it('is told what was opened before it was there', async () => {
    await services.studies.open([inFolder('a.dcm'), inFolder('b.dcm')]);
    await vi.waitFor(() => expect(services.studies.pending).toBe(0));
    const page = connect();
    await vi.waitFor(() => expect(page.openings()).toEqual(['image-1']));
    expect(connect().openings()).toEqual([]);
  });

  it('shows one image for all files of a drop', async () => {
    const page = connect();
    const drop = (uploadId: string, openingId: string) =>
      page.invoke('studies.upload', { ...part(uploadId, true), openingId });
    await drop('a', 'first');
    await drop('b', 'first');
    await drop('c', 'second');
    await vi.waitFor(() => expect(page.openings()).toEqual(['image-1', 'image-3']));
  });

  it('takes a request back: the inference process hears of it', async () => {
    const page = connect();
    await page.invoke('studies.open', { paths: [inFolder('a.dcm')] });
    await vi.waitFor(() => expect(page.openings()).toHaveLength(1));
    const frame = connect();
    const answer = frame.invoke('images.frame', { imageId: 'image-1', frame: 0 });
    await vi.waitFor(() => expect(sent.at(-1)?.method).toBe('image.frame'));
    frame.cancel(1);
    expect(await answer).toMatchObject({ ok: false, error: { code: 'request.cancelled' } });
    expect(cancelled).toEqual([sent.at(-1)!.id]);
    const lost = frame.invoke('images.frame', { imageId: 'image-1', frame: 0 });
    frame.close();
    expect(await lost).toMatchObject({ ok: false, error: { code: 'request.cancelled' } });
  });

  it('sends images of any name: one that ends like a checkpoint is opened', async () => {
    const page = connect();
    await page.invoke('studies.upload', { ...part('image', true), openingId: 'o' });
    await vi.waitFor(() => expect(page.openings()).toEqual(['image-1']));
    expect(services.studies.find('image-1')!.name).toBe('image.bin');
  });

  it('takes along what it has not sent to the end, and checkpoints, of which the newest is kept', async () => {
    const page = connect();
    await page.invoke('models.upload', part('old', true));
    await page.invoke('models.upload', part('new', true));
    await vi.waitFor(() => expect(services.uploads.bytes).toBe(3));
    await page.invoke('studies.upload', { ...part('half', false), openingId: 'o' });
    await page.invoke('studies.upload', { ...part('whole', true), openingId: 'o' });
    expect(services.uploads.bytes).toBe(9);
    page.close();
    await vi.waitFor(() => expect(services.uploads.bytes).toBe(3));
    expect(() => services.uploads.path('whole')).not.toThrow();
  });

  it('gives the room of images back that it closed and that are no images', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const page = connect();
      await page.invoke('studies.upload', { ...part('a', true), openingId: 'o' });
      await page.invoke('studies.close', { imageIds: 'all' });
      expect(services.uploads.bytes).toBe(3);
      await page.invoke('studies.reopen', null);
      await page.invoke('studies.close', { imageIds: 'all' });
      await vi.advanceTimersByTimeAsync(60_000);
    } finally {
      vi.useRealTimers();
    }
    await vi.waitFor(() => expect(services.uploads.bytes).toBe(0));
  });
});
