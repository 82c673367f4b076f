import { beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { studyListOf } from '../testing/samples.ts';
import { Selection } from './selection.svelte.ts';
import { StudyTree } from './study-tree.svelte.ts';

let studies: StudyTree;
let selection: Selection;

beforeEach(() => {
  studies = new StudyTree(new FakeClient(), english);
  selection = new Selection(studies);
  studies.apply(studyListOf({ one: ['a', 'b*3', 'c'], two: ['d'] }));
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
