import { expect, it } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { elementRows, filterElements, tagText } from './element-rows.ts';

const rows = elementRows(
  [
    { tag: '00080060', vr: 'CS', keyword: 'Modality', value: 'CT' },
    {
      tag: '00081140',
      vr: 'SQ',
      keyword: 'ReferencedImageSequence',
      value: '',
      items: [[{ tag: '00081155', vr: 'UI', keyword: 'ReferencedSOPInstanceUID', value: '1.2.3' }]],
    },
    { tag: '00091001', vr: 'LO', keyword: '', value: 'secret' },
  ],
  english,
);

it('flattens sequences with their items, each line with an id of its own', () => {
  expect(rows.map(({ depth, label }) => [depth, label])).toEqual([
    [0, 'Modality'],
    [0, 'ReferencedImageSequence'],
    [1, 'Item 1'],
    [2, 'ReferencedSOPInstanceUID'],
    [0, 'Private or unknown'],
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

it('finds by tag, keyword and value', () => {
  const found = (text: string) => filterElements(rows, text).map(({ label }) => label);
  expect(found('0008,0060')).toEqual(['Modality']);
  expect(found('sopinstance')).toEqual(['ReferencedSOPInstanceUID']);
  expect(found('SECRET')).toEqual(['Private or unknown']);
  expect(tagText('0008103e')).toBe('(0008,103E)');
});
