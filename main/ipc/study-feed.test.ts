import { describe, expect, it } from 'vitest';
import { Studies } from '../services/studies.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { fakeHeader, fakeRequests } from '../testing/fakes.ts';
import { StudyList } from '../testing/study-list.ts';
import { StudyFeed } from './study-feed.ts';
import { encodeMessage } from './wire.ts';

const MOST_BYTES = 64 * 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));

const readable = () =>
  fakeRequests({
    'image.headers': async ({ paths }) => {
      await turn();
      return paths.map((file) => {
        const number = Number(/(\d+)$/.exec(file)![1]);
        return { ok: true, header: fakeHeader(file, { instanceNumber: number, seriesUid: `1.2.${number % 300}` }) };
      });
    },
  });

/** Files that a browser sent, since those need not lie on a disk; every name that ends in a digit is an image. */
function start(requests = readable()) {
  const clock = new FakeClock();
  const studies = new Studies({ requests, clock });
  const add = (from: number, count: number): void => {
    const opening = studies.opening();
    for (let i = from; i < from + count; i++) studies.openUpload({ path: `/data/${i}`, name: `folder/${i}` }, opening);
  };
  const read = async (): Promise<void> => {
    while (studies.pending > 0) await turn();
    await turn();
  };
  /** A page, and the bytes of the messages that it gets. */
  const connect = () => {
    const list = new StudyList();
    const sizes: number[] = [];
    const page = { behind: false };
    const target = {
      update: (update: StudyList['updates'][number]) => {
        sizes.push(encodeMessage({ kind: 'event', topic: 'studies.changed', event: update }).byteLength);
        list.apply(update);
      },
      opening: () => undefined,
      isBehind: () => page.behind,
    };
    return { list, sizes, page, feed: new StudyFeed(studies, target, clock) };
  };
  return { studies, clock, add, read, connect };
}

/** What a piece of work takes of the processor. */
function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('StudyFeed', () => {
  it('keeps every message below 64 kB, however long the texts of a header are', async () => {
    const requests = fakeRequests({
      'image.headers': ({ paths }) =>
        Promise.resolve(
          paths.map((file) => {
            const length = file.endsWith('7') ? 200_000 : 20_000;
            return { ok: true, header: { ...fakeHeader(file), seriesDescription: 'x'.repeat(length) } };
          }),
        ),
    });
    const { clock, add, read, connect, studies } = start(requests);
    const { list, sizes } = connect();
    add(0, 20);
    await read();
    for (let page = 0; page < 20; page++) clock.advance(250);
    expect(list.images.size).toBe(20);
    expect(Math.max(...sizes)).toBeLessThan(MOST_BYTES);
    expect(studies.pending).toBe(0);
  });

  it('tells a page everything in pages, then what changes, in revisions without a gap', async () => {
    const { studies, clock, add, read, connect } = start();
    add(0, 1000);
    await read();
    const { list, sizes } = connect();
    clock.advance(1000);
    expect(list.images.size).toBe(1000);
    expect(list.updates.length).toBeGreaterThan(5);
    expect(list.updates.map(({ reset }) => reset).indexOf(true, 1)).toBe(-1);
    expect(list.updates.findIndex(({ complete }) => complete)).toBe(list.updates.length - 1);
    const before = list.updates.length;
    studies.close(['image-7']);
    clock.advance(1000);
    expect(list.updates.slice(before)).toMatchObject([{ closed: ['image-7'], images: [], reset: false }]);
    expect(list.updates.map(({ revision }) => revision)).toEqual(list.updates.map((_, i) => i + 1));
    expect(Math.max(...sizes)).toBeLessThan(MOST_BYTES);
  });

  it('sends a series and a study before the first image that names them, and once', async () => {
    const { clock, add, read, connect } = start();
    const { list, feed } = connect();
    add(0, 900);
    await read();
    clock.advance(5000);
    const told = new Set<string>();
    for (const { series, studies, images } of list.updates) {
      for (const { id } of [...series, ...studies]) {
        expect(told.has(id)).toBe(false);
        told.add(id);
      }
      for (const { seriesId } of images) if (seriesId !== null) expect(told.has(seriesId)).toBe(true);
    }
    expect(list.series.size).toBe(300);
    const images = new Map(list.images);
    feed.restart();
    clock.advance(5000);
    expect(list.images).toEqual(images);
    expect(list.series.size).toBe(300);
  });

  it('leaves steps out for a page that does not keep up, never the end', async () => {
    const { studies, clock, add, read, connect } = start();
    const { list, page } = connect();
    clock.advance(1000);
    page.behind = true;
    const before = list.updates.length;
    add(0, 100);
    await read();
    clock.advance(1000);
    studies.close(['image-1']);
    clock.advance(1000);
    expect(list.updates.length).toBe(before);
    page.behind = false;
    clock.advance(1000);
    expect(list.images.size).toBe(99);
    expect([...list.images.values()].every(({ header }) => header)).toBe(true);
  });

  it('waits with the rest of a burst, so that many changes are few messages', async () => {
    const { clock, add, read, connect } = start();
    const { list } = connect();
    clock.advance(1000);
    const before = list.updates.length;
    add(0, 64);
    await read();
    clock.advance(1000);
    expect(list.updates.length - before).toBeLessThan(4);
  });

  it('costs what changed, with 100,000 images listed', { timeout: 60_000 }, async () => {
    const { studies, clock, add, read, connect } = start();
    add(0, 100_000);
    await read();
    const { list, sizes } = connect();
    clock.advance(600_000);
    expect(list.images.size).toBe(100_000);
    const milliseconds: number[] = [];
    for (let round = 0; round < 25; round++) {
      const changed = cpuMilliseconds(() => {
        studies.close([`image-${round * 1000 + 1}`]);
        add(100_000 + 64 * round, 64);
      });
      await read();
      const told = cpuMilliseconds(() => {
        clock.advance(1000);
      });
      milliseconds.push(Math.max(changed, told));
    }
    expect(list.images.size).toBe(100_000 + 25 * 63);
    expect(Math.max(...sizes)).toBeLessThan(MOST_BYTES);
    // Of the processor, and the median: a busy machine does not fail it.
    expect(milliseconds.sort((a, b) => a - b)[12]).toBeLessThan(5);
  });
});
