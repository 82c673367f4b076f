import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import type { ModelInfo, StudiesUpdate } from '../../main/ipc/contract.ts';
import { HifuseError } from '../../models/errors.ts';
import { windowOf } from '../../models/imaging/voi.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { frameOf, predictionOf, studyListOf } from '../testing/samples.ts';
import { FrameCache } from './frame-cache.ts';
import { FramePredictions } from './frame-predictions.svelte.ts';
import { Models } from './models.svelte.ts';
import { CLASSIFY_AFTER_MILLISECONDS } from './pane.svelte.ts';
import { Panes } from './panes.svelte.ts';
import { StudyTree } from './study-tree.svelte.ts';

/** Slices that lie in space, so that they are one volume. */
function volumeOf(series: Record<string, string[]>): StudiesUpdate {
  const list = studyListOf(series);
  for (const { header } of list.images)
    if (header) header.plane = { orientation: [1, 0, 0, 0, 1, 0], position: [0, 0, 0], frameOfReferenceUid: '' };
  return list;
}

let main: FakeClient;
let studies: StudyTree;
let models: Models;
let panes: Panes;
let changed: string[];

const take = (list: StudiesUpdate) => {
  studies.apply(list);
  panes.reconcile();
};
const place = () => `${panes.active.selection.imageId} ${panes.active.selection.frame}`;
const shown = () => vi.waitFor(() => expect(panes.active.display.loading).toBe(false));

beforeEach(async () => {
  main = new FakeClient({
    'images.frame': ({ imageId }) => {
      if (imageId.startsWith('damaged')) throw new Error('cut off');
      return frameOf(new Uint8Array(4));
    },
    'models.info': () => ({}) as ModelInfo,
    'predictions.classify': () => predictionOf({ x: 0.9, y: 0.1 }),
  });
  studies = new StudyTree(main, english);
  models = new Models(main);
  await models.refreshInfo();
  const predictions = new FramePredictions(main);
  const frames = new FrameCache(main);
  changed = [];
  const forgetChanged = (imageId: string) => {
    changed.push(imageId);
    frames.forget(imageId);
    predictions.forget(imageId);
  };
  panes = new Panes({ studies, frames, predictions, models, forgetChanged });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a pane', () => {
  it('begins with the first readable image', () => {
    take(studyListOf({ one: ['x!', 'y'] }));
    expect(place()).toBe('y 0');
  });

  it('steps through all frames of all images of the series and stays at the ends', () => {
    take(studyListOf({ one: ['a', 'b*3', 'c'], two: ['d'] }));
    const places = [];
    for (let step = 0; step < 6; step++) {
      places.push(place());
      panes.active.step(1);
    }
    expect(places).toEqual(['a 0', 'b*3 0', 'b*3 1', 'b*3 2', 'c 0', 'c 0']);
    panes.active.stepSeries(1);
    expect(place()).toBe('d 0');
    panes.active.stepSeries(1);
    expect(place()).toBe('d 0');
  });

  it('keeps its image while the list changes, and goes to the next one when it is closed', () => {
    take(studyListOf({ one: ['a', 'b*3', 'c'], two: ['d'] }));
    panes.active.show('b*3', 2);
    take(studyListOf({ one: ['a', 'b*3', 'c'] }));
    expect(place()).toBe('b*3 2');
    take(studyListOf({ one: ['a', 'c'], two: ['d'] }));
    expect(place()).toBe('c 0');
    take(studyListOf({}));
    expect(panes.active.selection.imageId).toBeNull();
  });

  it('steps on from a slice that cannot be shown', async () => {
    take(volumeOf({ one: ['a', 'damaged', 'e'] }));
    await shown();
    panes.active.step(1);
    await shown();
    expect([panes.active.display.shown, panes.active.display.error?.code]).toEqual([null, 'internal']);
    panes.active.step(1);
    await shown();
    expect(panes.active.display.shown?.imageId).toBe('e');
  });

  it('classifies what the reader stays with, and asks nothing of what is scrolled past', () => {
    vi.useFakeTimers();
    take(volumeOf({ one: ['a', 'b', 'c'] }));
    panes.active.step(1);
    panes.active.step(1);
    vi.advanceTimersByTime(CLASSIFY_AFTER_MILLISECONDS);
    const asked = main.calls.filter(({ method }) => method === 'predictions.classify').map(({ params }) => params);
    expect(asked).toEqual([{ imageId: 'c', frame: 0 }]);
  });

  it('classifies once the model is loaded, and never a file that cannot be read', async () => {
    vi.useFakeTimers();
    const loading = models.refreshInfo();
    take(studyListOf({ one: ['a'], rest: ['x!'] }));
    vi.advanceTimersByTime(10 * CLASSIFY_AFTER_MILLISECONDS);
    expect(main.count('predictions.classify')).toBe(0);
    await loading;
    panes.classifySoon();
    vi.advanceTimersByTime(CLASSIFY_AFTER_MILLISECONDS);
    expect(main.count('predictions.classify')).toBe(1);
    panes.active.show('x!');
    vi.advanceTimersByTime(10 * CLASSIFY_AFTER_MILLISECONDS);
    expect(main.count('predictions.classify')).toBe(1);
  });
});

describe('a view', () => {
  const change = () => {
    panes.active.view.flip('horizontal');
    panes.active.view.setVoi(windowOf(50, 350));
  };
  const changed = () => panes.active.view.placement.flipHorizontal && panes.active.view.voi !== null;

  it('stays through the slices of a volume', () => {
    take(volumeOf({ one: ['a', 'b'] }));
    change();
    panes.active.step(1);
    expect(changed()).toBe(true);
  });

  it('does not carry over to the next picture of a folder, which may be of another patient', () => {
    take(studyListOf({ folder: ['a', 'b'] }));
    change();
    panes.active.step(1);
    expect([place(), changed()]).toEqual(['b 0', false]);
  });

  it('does not carry over between patients whose slices stand in one series', () => {
    const list = volumeOf({ one: ['a', 'b'] });
    list.images[1]!.header!.patientId = 'another';
    take(list);
    change();
    panes.active.step(1);
    expect(changed()).toBe(false);
  });

  it('stays when the first image of its series is closed and the series is named anew', () => {
    take(volumeOf({ 'series-a': ['a', 'b', 'c'] }));
    panes.active.show('b');
    change();
    take(volumeOf({ 'series-b': ['b', 'c'] }));
    expect([place(), changed()]).toEqual(['b 0', true]);
    panes.active.step(1);
    expect([place(), changed()]).toEqual(['c 0', true]);
  });

  it('stays when the header of its image comes after the image was shown', () => {
    const list = volumeOf({ one: ['a', 'b'] });
    const reading = { ...list, images: [{ ...list.images[0]!, header: null }, list.images[1]!] };
    take(reading);
    change();
    take(list);
    panes.active.step(1);
    expect(changed()).toBe(true);
  });
});

describe('a file that changes after it was shown', () => {
  const content = (sha256: string, fileVersion = '1') => ({ content: { sha256, fileVersion } });
  let disk: string;

  beforeEach(() => {
    disk = 'old';
    main.handlers['images.frame'] = () => frameOf(new Uint8Array(4), content(disk));
    main.handlers['predictions.classify'] = () => predictionOf({ x: 0.9, y: 0.1 }, content(disk));
  });

  it('is read again: its prediction never stands beside the picture that was', async () => {
    take(studyListOf({ one: ['a'] }));
    await shown();
    disk = 'new';
    panes.active.classify();
    await vi.waitFor(() => expect(panes.active.prediction?.content.sha256).toBe('new'));
    expect(panes.active.display.shown?.frameData.content.sha256).toBe('new');
    expect(changed).toEqual(['a']);
  });

  it('says so, and does not try without end, where picture and prediction never agree', async () => {
    main.handlers['images.frame'] = () => frameOf(new Uint8Array(4), content('old'));
    disk = 'new';
    take(studyListOf({ one: ['a'] }));
    await shown();
    panes.active.classify();
    await vi.waitFor(() => expect(main.count('predictions.classify')).toBe(2));
    await shown();
    expect(panes.active.answer).toMatchObject({ state: 'failed', error: { code: 'image.changed' } });
    expect([panes.active.shownClass, main.count('predictions.classify')]).toEqual([null, 2]);
  });

  it('is not told of by the header that was read before', async () => {
    take(studyListOf({ one: ['a'] }));
    await shown();
    expect(panes.active.headerIsOutdated).toBe(false);
    main.handlers['images.frame'] = () => frameOf(new Uint8Array(4), content('new', '2'));
    panes.active.reread();
    await vi.waitFor(() => expect(panes.active.headerIsOutdated).toBe(true));
  });

  it('is read again when main refuses to report what is outdated', async () => {
    take(studyListOf({ one: ['a'] }));
    await shown();
    const refused = panes.active.withCurrent(() => Promise.reject(new HifuseError('image.changed', { file: 'a' })));
    await expect(refused).rejects.toMatchObject({ code: 'image.changed' });
    expect(changed).toEqual(['a']);
  });
});

describe('two panes', () => {
  beforeEach(() => {
    take(volumeOf({ one: ['a', 'b'], two: ['c'] }));
    panes.arrange('1x2');
  });

  const images = () => panes.all.map(({ selection }) => selection.imageId);

  it('look at images of their own, each with a view, an overlay and a prediction of its own', async () => {
    expect(images()).toEqual(['a', 'c']);
    const [left, right] = panes.all as [(typeof panes)['active'], (typeof panes)['active']];
    left.view.flip('vertical');
    left.overlay.choose(1);
    left.classify();
    await vi.waitFor(() => expect(left.shownClass).toBe(1));
    expect([right.view.placement.flipVertical, right.shownClass]).toEqual([false, null]);
    await vi.waitFor(() => expect([left.display.shown?.imageId, right.display.shown?.imageId]).toEqual(['a', 'c']));
  });

  it('take what is asked for where the reader is', () => {
    panes.activate(panes.all[1]!);
    panes.active.show('b');
    expect(images()).toEqual(['a', 'b']);
    panes.active.step(-1);
    expect(images()).toEqual(['a', 'a']);
  });

  it('go to a neighbour each when their image is closed', () => {
    take(volumeOf({ one: ['a', 'b'] }));
    expect(images()).toEqual(['a', 'b']);
    take(volumeOf({}));
    expect(images()).toEqual([null, null]);
    take(volumeOf({ one: ['a'] }));
    expect(images()).toEqual(['a', null]);
  });

  it('become one again: that where the reader is', () => {
    panes.activate(panes.all[1]!);
    panes.arrange('1x1');
    expect(images()).toEqual(['c']);
    expect(panes.active).toBe(panes.all[0]);
  });
});
