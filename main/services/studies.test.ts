import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { StudyList } from '../ipc/contract.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { fakeHeader, fakeRequests } from '../testing/fakes.ts';
import { Studies } from './studies.ts';

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
        return { ok: true, header: fakeHeader(file, { format, instanceNumber: null }) };
      });
    },
  });
  const clock = new FakeClock();
  const studies = new Studies({ requests, clock });
  const lists: StudyList[] = [];
  studies.onChange((list) => lists.push(list));
  const open = async (...names: string[]): Promise<void> => {
    await studies.open(names.map((name) => path.join(folder, name)));
    while (studies.list().pending > 0) await turn();
  };
  const names = () => Object.values(studies.list().images).map(({ name }) => name);
  const id = (name: string) => Object.values(studies.list().images).find((image) => image.name === name)!.id;
  return { studies, asked, clock, lists, open, names, id };
}

describe('Studies', () => {
  it('lists a folder by names below it; what is no image is counted, what is broken is kept', async () => {
    await make('ct/1.dcm', 'ct/2.dcm', 'notes.txt', 'x.bad');
    const { studies, open, names } = start();
    await open('.');
    expect(names().sort()).toEqual(['ct/1.dcm', 'ct/2.dcm', 'x.bad']);
    expect(studies.list()).toMatchObject({ skipped: 1, pending: 0 });
    expect(studies.list().series).toHaveLength(1);
  });

  it('keeps a file that somebody chose, with its error, even where it is no image', async () => {
    await make('notes.txt');
    const { studies, open } = start();
    await open('notes.txt');
    expect(Object.values(studies.list().images)).toMatchObject([
      { name: 'notes.txt', header: null, error: { code: 'image.unknown-format' } },
    ]);
    expect(studies.list().skipped).toBe(0);
  });

  it('never hands out a path', async () => {
    await make('1.dcm');
    const { studies, open } = start();
    await open('.');
    expect(JSON.stringify(studies.list())).not.toContain(folder);
  });

  it('opens nothing twice', async () => {
    await make('a/1.dcm', 'a/2.dcm');
    const { open, names } = start();
    await open('a');
    await open('a', 'a/1.dcm');
    expect(names()).toEqual(['1.dcm', '2.dcm']);
  });

  it('opens all that can be opened, then tells what cannot', async () => {
    await make('1.dcm');
    const { open, names } = start();
    await expect(open('gone', '1.dcm')).rejects.toMatchObject({ code: 'file.not-found' });
    expect(names()).toEqual(['1.dcm']);
  });

  it('blames a crash on its culprit alone', async () => {
    await make('1.dcm', '2.dcm', '3.dcm', '4-crash.dcm', '5.dcm');
    const { studies, open } = start();
    await open('.');
    const failed = Object.values(studies.list().images).filter(({ error }) => error);
    expect(failed).toMatchObject([{ name: '4-crash.dcm', error: { code: 'worker.crashed' } }]);
  });

  it('reads few headers first and many later, and tells of changes in between, but not of each', async () => {
    await make(...Array.from({ length: 300 }, (_, i) => `${i}.dcm`));
    const { asked, lists, clock, open, studies } = start();
    await open('.');
    clock.advance(1000);
    expect(asked[0]!.length).toBeLessThanOrEqual(4);
    expect(Math.max(...asked.map((names) => names.length))).toBe(64);
    expect(lists.length).toBeLessThan(asked.length);
    expect(lists.at(-1)).toEqual(studies.list());
  });

  it('tells of a folder with its first headers, not before: the next list would have to wait', async () => {
    await make('a/1.dcm', 'b/1.dcm', 'b/2.dcm');
    const { lists, clock, open } = start();
    await open('a');
    clock.advance(10_000);
    lists.length = 0;
    await open('b');
    expect(Object.values(lists[0]!.images).filter(({ header }) => header).length).toBeGreaterThan(1);
  });

  it('closes images and takes the last close back, at their places', async () => {
    await make('1.png', '2.png', '3.png');
    const { studies, open, names, id } = start();
    const closed: string[][] = [];
    studies.onClose((ids) => closed.push(ids));
    await open('.');
    const before = studies.list();
    const second = id('2.png');
    studies.close([second, 'image-unknown']);
    expect(names()).toEqual(['1.png', '3.png']);
    expect(closed).toEqual([[second]]);
    expect(() => studies.get(second)).toThrow(HifuseError);
    expect(studies.find(second)).toBeNull();
    studies.reopen();
    expect(studies.list()).toEqual(before);
    studies.close('all');
    expect(names()).toEqual([]);
    await open('2.png');
    studies.reopen();
    expect(names().sort()).toEqual(['1.png', '2.png', '3.png']);
    studies.reopen();
  });
});
