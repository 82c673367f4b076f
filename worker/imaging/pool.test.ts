import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Preprocessing } from '../../models/package/manifest.ts';
import { createImagingPool, type ImagingPool } from './pool.ts';
import { TestFolder } from './testing/image.ts';
import { buildThreadEntry } from './testing/thread-entry.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

describe('with real threads', () => {
  let pool: ImagingPool;
  beforeAll(async () => {
    pool = createImagingPool({ threads: 2, timeoutMs: 20_000, entry: await buildThreadEntry('pool') });
  });
  afterAll(() => pool.close());

  const source = {
    path: folder.image({ Rows: 30, Columns: 40, PixelData: new Uint16Array(1200).fill(500) }),
    frame: 0,
  };
  const preprocessing: Preprocessing = {
    geometry: 'stretch-224',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    exifOrientation: false,
    dicomWindow: 'file',
  };

  test('does every task', async () => {
    expect(await pool.header(source)).toMatchObject({ rows: 30, columns: 40 });
    expect((await pool.elements(source)).length).toBeGreaterThan(10);
    expect((await pool.inspect(source)).frame0).toMatchObject({ min: 500, max: 500 });
    expect((await pool.frame(source)).pixels).toEqual(new Uint16Array(1200).fill(500));
    expect((await pool.thumbnail({ ...source, size: 16 })).png.subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
    expect(await pool.render({ ...source, voi: null, inverted: false, maxSize: 20 })).toMatchObject({
      width: 20,
      height: 15,
    });
    const input = await pool.input(source, preprocessing);
    expect(input.tensor.length).toBe(3 * 224 * 224);
    expect(input.region).toEqual({ left: 0, top: 0, width: 40, height: 30 });
    expect(input.milliseconds.decode).toBeGreaterThan(0);
  });

  test('errors keep their code', async () => {
    await expect(pool.frame({ ...source, frame: 7 })).rejects.toMatchObject({ code: 'image.no-such-frame' });
    await expect(pool.header({ path: '/nowhere/at-all.dcm' })).rejects.toMatchObject({ code: 'file.not-found' });
  });
});

describe('with threads that misbehave', () => {
  const entry = join(folder.path, 'thread.mjs');
  writeFileSync(
    entry,
    `import { parentPort } from 'node:worker_threads';
     let tasks = 0;
     parentPort.on('message', ({ task, params }) => {
       tasks++;
       if (params.path.includes('hang')) for (;;);
       if (params.path.includes('exit')) process.exit(3);
       if (params.path.includes('throw')) throw new Error('cannot throw further');
       if (params.path.includes('memory')) throw new Error('Array buffer allocation failed');
       if (params.path.includes('slow')) {
         parentPort.postMessage({ clock: params.path.includes('short') ? 100 : 5000 });
         setTimeout(() => parentPort.postMessage({ ok: true, result: { path: params.path } }), 1000);
         return;
       }
       setTimeout(() => parentPort.postMessage({ ok: true, result: { task, path: params.path, tasks } }), 5);
     });
     parentPort.postMessage({ ready: true });`,
  );
  const open = (threads: number, timeoutMs = 20_000) =>
    createImagingPool({ threads, timeoutMs, entry: pathToFileURL(entry) });

  test('a task that takes too long is ended, and the next one runs in a fresh thread', async () => {
    const pool = open(1, 300);
    const [hanging, next] = [pool.header({ path: '/a/hang.dcm' }), pool.header({ path: 'next' })];
    await expect(hanging).rejects.toMatchObject({
      code: 'image.timeout',
      message: expect.stringContaining('hang.dcm'),
    });
    expect(await next).toMatchObject({ path: 'next', tasks: 1 });
    await pool.close();
  });

  test('the time counts anew once a thread has read the file, as the thread says', async () => {
    const pool = open(2, 400);
    expect(await pool.header({ path: '/a/slow.dcm' })).toMatchObject({ path: '/a/slow.dcm' });
    await expect(pool.header({ path: '/a/slow-short.dcm' })).rejects.toMatchObject({ details: { seconds: 0.1 } });
    await pool.close();
  });

  test('the time stands still while this thread, where networks run, is busy', async () => {
    const pool = open(1, 400);
    await pool.header({ path: 'ready' });
    const slow = pool.header({ path: '/a/busy-slow-short.dcm' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    // Longer than the thread needs, and than it may take.
    for (const end = performance.now() + 1500; performance.now() < end;);
    expect(await slow).toMatchObject({ path: '/a/busy-slow-short.dcm' });
    await pool.close();
  });

  test('what has no memory left is not called damaged', async () => {
    const pool = open(1);
    const failing = pool.header({ path: '/a/memory.dcm' });
    await expect(failing).rejects.toMatchObject({ code: 'image.too-large', details: { reason: 'memory' } });
    await pool.close();
  });

  test.each(['exit', 'throw'])('a thread that ends by %s fails its own task alone', async (how) => {
    const pool = open(1);
    const [failing, next] = [pool.header({ path: `/a/${how}.dcm` }), pool.header({ path: 'next' })];
    await expect(failing).rejects.toMatchObject({ code: 'image.corrupt', message: expect.stringContaining(how) });
    expect(await next).toMatchObject({ path: 'next' });
    await pool.close();
  });

  test('a running and a waiting task can be aborted', async () => {
    const pool = open(1);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = pool.header({ path: 'hang' }, running.signal);
    const second = pool.header({ path: 'second' }, waiting.signal);
    const third = pool.header({ path: 'third' });
    waiting.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    running.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await third).toMatchObject({ path: 'third' });
    await expect(pool.header({ path: 'x' }, running.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await pool.close();
  });

  test('pixels go before headers, headers before thumbnails', async () => {
    const pool = open(1);
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    await Promise.all([
      pool.header({ path: 'first' }).then(note('first')),
      pool.thumbnail({ path: 'a', frame: 0, size: 8 }).then(note('thumbnail')),
      pool.header({ path: 'b' }).then(note('header')),
      pool.frame({ path: 'c', frame: 0 }).then(note('frame')),
    ]);
    expect(order).toEqual(['first', 'frame', 'header', 'thumbnail']);
    await pool.close();
  });

  test('closing rejects what is under way and what comes later', async () => {
    const pool = open(1);
    const [running, waiting] = [pool.header({ path: 'hang' }), pool.header({ path: 'x' })];
    const settled = Promise.allSettled([running, waiting]);
    await pool.close();
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: 'request.cancelled' } });
    await expect(pool.header({ path: 'x' })).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  test('a thread that cannot start is no fault of the file', async () => {
    const pool = createImagingPool({
      threads: 1,
      timeoutMs: 5000,
      entry: pathToFileURL(join(folder.path, 'absent.mjs')),
    });
    await expect(pool.header({ path: 'x' })).rejects.toMatchObject({ code: 'internal' });
    await pool.close();
  });
});
