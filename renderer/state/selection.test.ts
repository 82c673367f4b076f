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
  selection.select('a');
});

describe('selection', () => {
  it('stands in a stack of all frames of all images of the series', () => {
    expect(selection.stack.map(({ imageId, frame }) => `${imageId} ${frame}`)).toEqual([
      'a 0',
      'b*3 0',
      'b*3 1',
      'b*3 2',
      'c 0',
    ]);
    selection.select('b*3', 1);
    expect(selection.position).toBe(2);
    expect([selection.at(-100), selection.at(100)]).toEqual([
      { imageId: 'a', frame: 0 },
      { imageId: 'c', frame: 0 },
    ]);
  });

  it('knows the series beside it, and the frames around it, nearest first', () => {
    expect([selection.firstOfSeries(1), selection.firstOfSeries(-1), selection.firstOfSeries(2)]).toEqual([
      'd',
      undefined,
      undefined,
    ]);
    selection.select('b*3', 1);
    expect(selection.neighbours(1)).toEqual([
      { imageId: 'b*3', frame: 2 },
      { imageId: 'b*3', frame: 0 },
    ]);
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
