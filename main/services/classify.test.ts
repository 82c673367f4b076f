import { describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { ImageSource, Outcome } from '../../worker/protocol.ts';
import { fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { classifyAll, type ClassifyItem, type ClassifyResult } from './classify.ts';

const model = { directory: '/model', engine: 'auto', device: 'auto' } as const;
const item = (name: string, named = true): ClassifyItem => ({ image: { path: name, frame: 0 }, named });
const good = (image: ImageSource): Outcome => ({ ok: true, prediction: fakePrediction(image) });

/** A worker that dies of images called 'poison', and then takes every request with it that is under way. */
function mortalWorker(answer: (image: ImageSource) => Outcome = good) {
  const log = { sizes: [] as number[], most: 0, crashes: 0 };
  const running = new Set<(error: Error) => void>();
  const requests = fakeRequests({
    'model.classify': ({ images }) =>
      new Promise<Outcome[]>((resolve, reject) => {
        log.sizes.push(images.length);
        running.add(reject);
        log.most = Math.max(log.most, running.size);
        setTimeout(() => {
          if (!running.has(reject)) return;
          if (images.some((image) => image.path.startsWith('poison'))) {
            log.crashes++;
            for (const fail of running) fail(new HifuseError('worker.crashed'));
            running.clear();
          } else {
            running.delete(reject);
            resolve(images.map(answer));
          }
        }, 1);
      }),
  });
  return { requests, log };
}

async function collect(results: AsyncIterable<ClassifyResult>): Promise<string[]> {
  const lines: string[] = [];
  for await (const result of results)
    lines.push(`${result.item.image.path} ${result.status} ${result.error?.code ?? ''}`.trim());
  return lines;
}

describe('classifyAll', () => {
  it('gives one result per item, in order, with two requests under way', async () => {
    const { requests, log } = mortalWorker();
    const items = Array.from({ length: 11 }, (_, i) => item(`${i}`));
    const lines = await collect(classifyAll(items, { requests, model, batchSize: 4, heatMaps: false }));
    expect(lines).toEqual(items.map(({ image }) => `${image.path} ok`));
    expect(log).toEqual({ sizes: [4, 4, 3], most: 2, crashes: 0 });
  });

  it('takes no more items than it has requests for while nobody consumes', async () => {
    const { requests } = mortalWorker();
    let taken = 0;
    function* endless() {
      for (;;) yield item(`${taken++}`);
    }
    const results = classifyAll(endless(), { requests, model, batchSize: 3, heatMaps: false });
    await results.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toBeLessThanOrEqual(6);
    await results.return();
  });

  it('blames only the image that crashes the worker, not those beside it', async () => {
    const { requests } = mortalWorker();
    const items = ['a', 'b', 'poison', 'c', 'd', 'e', 'poison 2'].map((name) => item(name));
    expect(await collect(classifyAll(items, { requests, model, batchSize: 2, heatMaps: false }))).toEqual([
      'a ok',
      'b ok',
      'poison failed worker.crashed',
      'c ok',
      'd ok',
      'e ok',
      'poison 2 failed worker.crashed',
    ]);
  });

  it('blames only the culprit in batches of one too, where two are under way', async () => {
    const { requests } = mortalWorker();
    const items = ['a', 'poison', 'b', 'c'].map((name) => item(name));
    expect(await collect(classifyAll(items, { requests, model, batchSize: 1, heatMaps: false }))).toEqual([
      'a ok',
      'poison failed worker.crashed',
      'b ok',
      'c ok',
    ]);
  });

  it('skips what is no image when met in a folder, and fails it when named', async () => {
    const codes = {
      'notes.txt': 'image.unknown-format',
      DICOMDIR: 'dicom.no-pixel-data',
      'broken.dcm': 'dicom.corrupt',
    } as const;
    const { requests } = mortalWorker((image) => {
      const code = codes[image.path as keyof typeof codes];
      return { ok: false, image, error: { code, message: '' } };
    });
    const run = (named: boolean) =>
      collect(
        classifyAll(
          Object.keys(codes).map((name) => item(name, named)),
          { requests, model, batchSize: 2, heatMaps: false },
        ),
      );
    expect(await run(false)).toEqual([
      'notes.txt skipped image.unknown-format',
      'DICOMDIR skipped dicom.no-pixel-data',
      'broken.dcm failed dicom.corrupt',
    ]);
    expect((await run(true)).every((line) => line.includes(' failed '))).toBe(true);
  });

  it('passes known failures through, in order, without asking the worker', async () => {
    const { requests, log } = mortalWorker();
    const unreadable = { code: 'file.unreadable', message: '' } as const;
    const items = [item('a'), { ...item('b'), failure: unreadable }, item('c'), { ...item('d'), failure: unreadable }];
    expect(await collect(classifyAll(items, { requests, model, batchSize: 3, heatMaps: false }))).toEqual([
      'a ok',
      'b failed file.unreadable',
      'c ok',
      'd failed file.unreadable',
    ]);
    expect(log.sizes).toEqual([2]);
  });

  it('stops when aborted, keeping what it gave', async () => {
    const { requests } = mortalWorker();
    const controller = new AbortController();
    const given: string[] = [];
    const run = async (): Promise<void> => {
      const items = ['a', 'b', 'c', 'd', 'e'].map((name) => item(name));
      const options = { requests, model, batchSize: 1, heatMaps: false, signal: controller.signal };
      for await (const result of classifyAll(items, options)) {
        given.push(result.item.image.path);
        if (given.length === 2) controller.abort();
      }
    };
    await expect(run()).rejects.toThrow();
    expect(given).toEqual(['a', 'b']);
  });

  it('refuses a batch size that makes no sense', async () => {
    const { requests } = mortalWorker();
    const run = collect(classifyAll([item('a')], { requests, model, batchSize: 0, heatMaps: false }));
    await expect(run).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
