import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClient } from '../testing/fake-client.ts';
import { studyListOf } from '../testing/samples.ts';
import { Selection } from './selection.svelte.ts';
import { Studies } from './studies.svelte.ts';

let studies: Studies;
let selection: Selection;

beforeEach(() => {
  studies = new Studies(new FakeClient());
  selection = new Selection(studies);
  studies.update(studyListOf({ one: ['a', 'b*3', 'c'], two: ['d'] }));
  selection.reconcile();
});

describe('selection', () => {
  it('begins with the first readable image', () => {
    expect(selection.imageId).toBe('a');
    studies.update(studyListOf({ one: ['x!', 'y'] }));
    selection.reconcile();
    expect(selection.imageId).toBe('y');
  });

  it('steps through all frames of all images of the series and stays at the ends', () => {
    const places = [];
    for (let step = 0; step < 6; step++) {
      places.push(`${selection.imageId} ${selection.frame}`);
      selection.step(1);
    }
    expect(places).toEqual(['a 0', 'b*3 0', 'b*3 1', 'b*3 2', 'c 0', 'c 0']);
    selection.step(-100);
    expect(selection.position).toBe(0);
  });

  it('goes to other series and knows its neighbours', () => {
    selection.stepSeries(1);
    expect(selection.imageId).toBe('d');
    selection.stepSeries(1);
    expect(selection.imageId).toBe('d');
    selection.select('b*3', 1);
    expect(selection.neighbours(1)).toEqual([
      { imageId: 'b*3', frame: 2 },
      { imageId: 'b*3', frame: 0 },
    ]);
  });

  it('keeps its image while the list changes, and goes to the next one when it is closed', () => {
    selection.select('b*3', 2);
    studies.update(studyListOf({ one: ['a', 'b*3', 'c'] }));
    selection.reconcile();
    expect([selection.imageId, selection.frame]).toEqual(['b*3', 2]);
    studies.update(studyListOf({ one: ['a', 'c'], two: ['d'] }));
    selection.reconcile();
    expect([selection.imageId, selection.frame]).toEqual(['c', 0]);
    studies.update(studyListOf({}));
    selection.reconcile();
    expect(selection.imageId).toBeNull();
  });
});

describe('studies', () => {
  it('lists files that are in no series, so that none is lost', () => {
    const list = studyListOf({ one: ['a'], rest: ['x!'] });
    studies.update({ ...list, series: list.series.slice(0, 1) });
    expect(studies.series.map(({ imageIds }) => imageIds)).toEqual([['a'], ['x!']]);
    expect(studies.imageCount).toBe(2);
  });
});
