import { expect, it } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { StudyTree } from '../state/study-tree.svelte.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { studyListOf } from '../testing/samples.ts';
import { listRows } from './series-rows.ts';

const many = Array.from({ length: 30 }, (_, index) => `m${index}`);
const tree = new StudyTree(new FakeClient(), english);
tree.apply(studyListOf({ small: ['a', 'b'], large: many, none: ['c!'] }));
const ids = (folds: [string, boolean][]) =>
  listRows(tree.series, (id) => tree.image(id), new Map(folds)).map((row) => row.id);

it('unfolds small series, folds large ones, and does as the reader chose', () => {
  expect(ids([])).toEqual(['series:small', 'image:a', 'image:b', 'series:large', 'series:unreadable', 'image:c!']);
  expect(ids([['small', false]])).toEqual(['series:small', 'series:large', 'series:unreadable', 'image:c!']);
  expect(ids([['large', true]])).toHaveLength(6 + many.length);
});
