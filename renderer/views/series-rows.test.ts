import { expect, it } from 'vitest';
import { studyListOf } from '../testing/samples.ts';
import { listRows } from './series-rows.ts';

const many = Array.from({ length: 30 }, (_, index) => `m${index}`);
const { series, images } = studyListOf({ small: ['a', 'b!'], large: many });
const ids = (folds: [string, boolean][]) => listRows(series, images, new Map(folds)).map((row) => row.id);

it('unfolds small series, folds large ones, and does as the reader chose', () => {
  expect(ids([])).toEqual(['series:small', 'image:a', 'image:b!', 'series:large']);
  expect(ids([['small', false]])).toEqual(['series:small', 'series:large']);
  expect(ids([['large', true]])).toHaveLength(4 + many.length);
});
