import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { ImageHeader } from '../../worker/protocol.ts';
import type { StudiesUpdate } from '../ipc/contract.ts';
import { StudyFeed } from '../ipc/study-feed.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { fakeHeader, fakeRequests } from '../testing/fakes.ts';
import { StudyList } from '../testing/study-list.ts';
import type { Opened } from '../ipc/contract.ts';
import { Studies, UNDO_MS } from './studies.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-studies-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function make(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), '');
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Headers by ending: .txt is no image, .bad is broken; `crash` ends the process. */
function start() {
  const asked: string[][] = [];
  /** Where the next slices lie, in millimetres. */
  const heights: number[] = [];
  const requests = fakeRequests({
    'image.headers': async ({ paths }) => {
      await turn();
      asked.push(paths.map((file) => path.basename(file)));
      if (paths.some((file) => file.includes('crash'))) throw new HifuseError('worker.crashed');
      return paths.map((file) => {
        const name = path.basename(file);
        if (name.endsWith('.txt')) return { ok: false, error: { code: 'image.unknown-format', message: name } };
        if (name.endsWith('.bad')) return { ok: false, error: { code: 'dicom.corrupt', message: name } };
        const format = name.endsWith('.png') ? ('png' as const) : ('dicom' as const);
        const z = heights.shift();
        const plane: ImageHeader['plane'] =
          z === undefined ? null : { orientation: [1, 0, 0, 0, 1, 0], position: [0, 0, z], frameOfReferenceUid: '1' };
        return { ok: true, header: fakeHeader(file, { format, instanceNumber: null, plane }) };
      });
    },
  });
  const clock = new FakeClock();
  const studies = new Studies({ requests, clock });
  const list = new StudyList();
  const feed = new StudyFeed(
    studies,
    { update: (update) => list.apply(update), opening: (opened) => openings.push(opened), isBehind: () => false },
    clock,
  );
  const openings: Opened[] = [];
  studies.onOpening((opened) => feed.show(opened));
  const settle = async (): Promise<void> => {
    while (studies.pending > 0) await turn();
    await turn();
    clock.advance(1000);
  };
  const open = async (...names: string[]): Promise<HifuseError[]> => {
    const failures = await studies.open(names.map((name) => path.join(folder, name)));
    await settle();
    return failures;
  };
  const shown = () => openings.map(({ firstImageId }) => studies.find(firstImageId)!.name);
  return { studies, asked, clock, heights, list, open, openings, settle, shown };
}

describe('Studies', () => {
  it('lists a folder by names below it; what is no image is counted, what is broken is kept', async () => {
    await make('ct/1.dcm', 'ct/2.dcm', 'notes.txt', 'x.bad');
    const { studies, list, open } = start();
    await open('.');
    expect(studies.skippedFiles).toMatchObject([{ name: 'notes.txt', error: { code: 'image.unknown-format' } }]);
    expect(list.names.sort()).toEqual(['ct/1.dcm', 'ct/2.dcm', 'x.bad']);
    expect(list).toMatchObject({ skipped: 1, pending: 0 });
    expect(list.named('ct/1.dcm').seriesId).toBe(list.named('ct/2.dcm').seriesId);
    expect(list.named('x.bad').seriesId).toBeNull();
  });

  it('keeps a file that somebody chose, with its error, even where it is no image', async () => {
    await make('notes.txt');
    const { list, open } = start();
    await open('notes.txt');
    expect([...list.images.values()]).toMatchObject([
      { name: 'notes.txt', header: null, error: { code: 'image.unknown-format' } },
    ]);
    expect(list.skipped).toBe(0);
  });

  it('lists what a browser sent as what it was there: files of a dropped folder are not chosen one by one', async () => {
    await make('1/a.png', '2/notes.txt', '3/notes.txt');
    const { studies, list, settle } = start();
    const opening = studies.opening();
    for (const [file, name] of [
      ['1/a.png', 'folder/deep/a.png'],
      ['2/notes.txt', 'folder/notes.txt'],
      ['3/notes.txt', 'notes.txt'],
    ] as const)
      studies.openUpload({ path: path.join(folder, file), name }, opening);
    await settle();
    expect(list.names).toEqual(['deep/a.png', 'notes.txt']);
    expect(list.skipped).toBe(1);
    expect(list.series.get(list.named('deep/a.png').seriesId!)!.folder).toBe('folder/deep');
    expect(list.named('notes.txt').error).not.toBeNull();
  });

  it('never hands out a path', async () => {
    await make('1.dcm');
    const { list, open } = start();
    await open('.');
    expect(JSON.stringify(list.updates)).not.toContain(folder);
  });

  it('opens nothing twice', async () => {
    await make('a/1.dcm', 'a/2.dcm');
    const { open, list } = start();
    await open('a');
    await open('a', 'a/1.dcm');
    expect(list.names).toEqual(['1.dcm', '2.dcm']);
  });

  it('tries again what could not be read', async () => {
    await make('1.bad');
    const { open, asked, list } = start();
    await open('1.bad');
    await open('1.bad');
    expect(asked).toEqual([['1.bad'], ['1.bad']]);
    expect(list.names).toEqual(['1.bad']);
  });

  it('opens all that can be opened, then tells what cannot, or lists it where nobody waits for the answer', async () => {
    await make('1.dcm');
    const { studies, open, list, settle, shown } = start();
    expect(await open('gone', '1.dcm', 'lost')).toMatchObject([{ code: 'file.not-found' }, { code: 'file.not-found' }]);
    expect(list.names).toEqual(['1.dcm']);
    await studies.open([path.join(folder, 'gone.dcm')], { listFailures: true });
    await settle();
    expect(list.named('gone.dcm').error).toMatchObject({ code: 'file.not-found' });
    expect(shown()).toEqual(['1.dcm', 'gone.dcm']);
  });

  it('blames a crash on its culprit alone', async () => {
    await make('1.dcm', '2.dcm', '3.dcm', '4-crash.dcm', '5.dcm');
    const { list, open } = start();
    await open('.');
    const failed = [...list.images.values()].filter(({ error }) => error);
    expect(failed).toMatchObject([{ name: '4-crash.dcm', error: { code: 'worker.crashed' } }]);
  });

  it('reads few headers first and many later', async () => {
    await make(...Array.from({ length: 300 }, (_, i) => `${i}.dcm`));
    const { asked, open } = start();
    await open('.');
    expect(asked[0]!.length).toBeLessThanOrEqual(4);
    expect(Math.max(...asked.map((names) => names.length))).toBe(64);
  });

  it('closes images and takes the last close back, at their places', async () => {
    await make('1.png', '2.png', '3.png');
    const { studies, open, clock, list } = start();
    const closed: string[][] = [];
    studies.onClose((ids) => closed.push(ids));
    await open('.');
    const before = new Map(list.images);
    const second = list.named('2.png').id;
    studies.close([second, 'image-unknown']);
    clock.advance(1000);
    expect(list.names).toEqual(['1.png', '3.png']);
    expect(closed).toEqual([[second]]);
    expect(() => studies.get(second)).toThrow(HifuseError);
    expect(studies.find(second)).toBeNull();
    studies.reopen();
    clock.advance(1000);
    expect(list.images).toEqual(before);
    studies.close('all');
    clock.advance(1000);
    expect(list.names).toEqual([]);
    await open('2.png');
    studies.reopen();
    clock.advance(1000);
    expect(list.names).toEqual(['1.png', '3.png', '2.png']);
    studies.reopen();
  });

  it('lets what was closed go after a while, and tells of it', async () => {
    await make('1.png', '2.png');
    const { studies, open, clock, list } = start();
    const forgotten: string[] = [];
    studies.onForget((paths) => forgotten.push(...paths));
    await open('.');
    studies.close([list.named('1.png').id]);
    clock.advance(UNDO_MS / 2);
    studies.close('all');
    expect(forgotten).toEqual([]);
    studies.reopen();
    clock.advance(UNDO_MS);
    expect(forgotten).toEqual([path.join(folder, '1.png')]);
    studies.reopen();
    clock.advance(1000);
    expect(list.names).toEqual(['2.png']);
  });
});

describe('the image to show', () => {
  it('is the first readable one of what was opened, told once, while the rest is still being read', async () => {
    await make('0.txt', '1.bad', ...Array.from({ length: 100 }, (_, i) => `slices/${i}.png`));
    const { studies, clock, list, openings, shown, settle } = start();
    await studies.open([folder]);
    while (openings.length === 0) {
      await turn();
      clock.advance(10);
    }
    expect(shown()).toEqual(['slices/0.png']);
    expect(list.pending).toBeGreaterThan(0);
    await settle();
    expect(openings).toHaveLength(1);
  });

  it('is the first slice of the first series among those that were read', async () => {
    await make('1.dcm', '2.dcm', '3.dcm');
    const { open, shown, heights } = start();
    heights.push(30, 10, 20);
    await open('.');
    expect(shown()).toEqual(['2.dcm']);
  });

  it('is told after the update that lists it', async () => {
    await make('1.dcm');
    const { studies, clock } = start();
    const order: string[] = [];
    const target = {
      update: ({ images }: StudiesUpdate) => order.push(...images.map(({ id }) => id)),
      opening: ({ firstImageId }: Opened) => order.push(`show ${firstImageId}`),
      isBehind: () => false,
    };
    const feed = new StudyFeed(studies, target, clock);
    studies.onOpening((opened) => feed.show(opened));
    await studies.open([folder]);
    while (studies.pending > 0) await turn();
    await turn();
    clock.advance(1000);
    expect(order.at(-1)).toBe('show image-1');
    expect(order).toContain('image-1');
  });

  it('is that of what is open already, where it is opened again', async () => {
    await make('a/1.dcm', 'b/1.png', 'b/2.png');
    const { open, shown } = start();
    await open('a', 'b');
    await open('b');
    await open('b/2.png');
    expect(shown()).toEqual(['1.dcm', '1.png', '2.png']);
  });

  it('is the first error where nothing can be read, and none where there was nothing', async () => {
    await make('texts/a.txt', 'bad/1.bad', 'bad/2.bad');
    const { open, shown } = start();
    await open('texts');
    expect(shown()).toEqual([]);
    await open('bad');
    expect(shown()).toEqual(['1.bad']);
  });

  it('gives way once to the first readable file of a drop, whose files come one by one', async () => {
    await make('1.bad', '2.png', '3.png');
    const { studies, settle, shown } = start();
    const opening = studies.opening();
    for (const name of ['1.bad', '2.png', '3.png']) {
      studies.openUpload({ path: path.join(folder, name), name }, opening);
      await settle();
    }
    expect(shown()).toEqual(['1.bad', '2.png']);
  });

  it('leads to what is new, and to what was open only where nothing is new', async () => {
    await make('1.dcm', '2.dcm');
    const { studies, shown, settle } = start();
    await studies.open([path.join(folder, '2.dcm')]);
    await settle();
    await studies.open([folder]);
    await settle();
    await studies.open([path.join(folder, '2.dcm')]);
    await settle();
    expect(shown()).toEqual(['2.dcm', '1.dcm', '2.dcm']);
  });

  it('is told to who opened it alone, where somebody did', async () => {
    await make('1.dcm');
    const { studies, openings, settle } = start();
    const own: Opened[] = [];
    await studies.open([folder], { opening: studies.opening((opened) => own.push(opened)) });
    await settle();
    expect(openings).toEqual([]);
    expect(own).toMatchObject([{ firstImageId: 'image-1' }]);
  });
});
