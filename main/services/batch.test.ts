import { describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { ModelSelection, Outcome } from '../../worker/protocol.ts';
import type { BatchState } from '../ipc/contract.ts';
import { fakeModel, fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { Batches, type BatchDependencies } from './batch.ts';

const model: ModelSelection = { directory: '/model', engine: 'auto', device: 'auto' };
const info = fakeModel();

function setUp(changes: Partial<BatchDependencies> = {}) {
  const progress: BatchState[] = [];
  const saved: { name: string; text: string }[] = [];
  const batches = new Batches({
    requests: fakeRequests({
      'model.load': () => Promise.resolve(info),
      'model.classify': async ({ images }) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return images.map((image): Outcome =>
          image.path.endsWith('bad.png')
            ? { ok: false, image, error: { code: 'image.corrupt' } }
            : { ok: true, prediction: fakePrediction(image) },
        );
      },
    }),
    image: (imageId) => (imageId === 'closed' ? null : { name: `${imageId}.png`, path: `/images/${imageId}.png` }),
    model: () => Promise.resolve(model),
    onProgress: (state) => progress.push(state),
    saveFile: (name, _mime, bytes) => {
      saved.push({ name, text: new TextDecoder().decode(bytes) });
      return Promise.resolve({ kind: 'saved', path: `/saved/${name}` });
    },
    ...changes,
  });
  return { batches, progress, saved };
}

describe('Batches', () => {
  it('classifies every image, keeping the failures with their reasons', async () => {
    const { batches, progress } = setUp();
    const { id, state, total } = batches.start({ imageIds: ['a', 'bad', 'closed', 'b'] });
    expect({ state, total }).toEqual({ state: 'running', total: 4 });
    await batches.idle();
    const rows = batches.rows({ id, from: 0, count: 10 });
    expect(rows.map(({ imageId, file, status, error }) => [imageId, file, status, error?.code])).toEqual([
      ['a', 'a.png', 'ok', undefined],
      ['bad', 'bad.png', 'failed', 'image.corrupt'],
      ['closed', '', 'failed', 'file.not-found'],
      ['b', 'b.png', 'ok', undefined],
    ]);
    expect(rows[0]!.prediction?.image.path).toBe('/images/a.png');
    expect(batches.rows({ id, from: 1, count: 2 })).toEqual(rows.slice(1, 3));
    expect(progress.at(-1)).toMatchObject({ id, state: 'done', done: 4, failed: 2, total: 4 });
  });

  it('gives every image the reason where the model does not load', async () => {
    const failing = { model: () => Promise.reject(new HifuseError('model.not-found')) };
    const { batches, progress } = setUp(failing);
    const { id } = batches.start({ imageIds: ['a', 'b'] });
    await batches.idle();
    expect(batches.rows({ id, from: 0, count: 2 }).map((row) => row.error?.code)).toEqual([
      'model.not-found',
      'model.not-found',
    ]);
    expect(progress.at(-1)).toMatchObject({ state: 'done', failed: 2 });
    await expect(batches.export({ id, format: 'csv', names: true })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('keeps what it has when cancelled', async () => {
    const { batches, progress, saved } = setUp();
    const { id } = batches.start({ imageIds: Array.from({ length: 50 }, (_, i) => `${i}`) });
    while (batches.rows({ id, from: 3, count: 1 })[0]!.status === 'waiting') {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    batches.cancel({ id });
    await batches.idle();
    const statuses = batches.rows({ id, from: 0, count: 50 }).map((row) => row.status);
    expect(statuses.slice(0, 4)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(statuses.at(-1)).toBe('waiting');
    expect(progress.at(-1)!.state).toBe('cancelled');
    await batches.export({ id, format: 'csv', names: true });
    await batches.export({ id, format: 'json', names: true });
    expect(saved.map(({ name }) => name)).toEqual(['hifuse-results.partial.csv', 'hifuse-results.json']);
    expect(JSON.parse(saved[1]!.text)).toMatchObject({ complete: false });
  });

  it('cancels the batch before when a new one starts, and forgets it', async () => {
    const { batches, progress } = setUp();
    const first = batches.start({ imageIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
    const second = batches.start({ imageIds: ['a'] });
    await batches.idle();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(progress.filter(({ id }) => id === first.id).at(-1)!.state).toBe('cancelled');
    expect(batches.rows({ id: second.id, from: 0, count: 1 })[0]!.status).toBe('ok');
    expect(() => batches.rows({ id: first.id, from: 0, count: 1 })).toThrow(HifuseError);
  });

  it('exports in the formats of the CLI', async () => {
    const { batches, saved } = setUp();
    const { id } = batches.start({ imageIds: ['a', 'bad'] });
    await batches.idle();
    expect(await batches.export({ id, format: 'csv', names: true })).toEqual({
      kind: 'saved',
      path: '/saved/hifuse-results.csv',
    });
    await batches.export({ id, format: 'json', names: true });
    const [csv, json] = saved;
    expect(csv!.text.split('\r\n').map((line) => line.split(',').slice(0, 4).join(','))).toEqual([
      'file,frame,status,top1',
      'a.png,0,ok,normal',
      'bad.png,0,failed,',
      '',
    ]);
    const results = JSON.parse(json!.text) as { results: { file: string }[]; complete: boolean };
    expect(results.results.map(({ file }) => file)).toEqual(['a.png', 'bad.png']);
    expect(results.complete).toBe(true);
  });

  it('names no file where names are hidden', async () => {
    const { batches, saved } = setUp();
    const { id } = batches.start({ imageIds: ['a', 'bad'] });
    await batches.idle();
    for (const format of ['csv', 'json'] as const) await batches.export({ id, format, names: false });
    expect(saved.map(({ text }) => text).join()).not.toMatch(/a\.png|bad/);
    expect((JSON.parse(saved[1]!.text) as { results: { file: string }[] }).results.map(({ file }) => file)).toEqual([
      'Image 1',
      'Image 2',
    ]);
  });
});
