import { expect, it } from 'vitest';
import type { DicomElement } from '../../main/ipc/contract.ts';
import { english } from '../../models/texts/texts.ts';
import { elementRows, filterElements, tagText } from './element-rows.ts';

const elements: DicomElement[] = [
  { tag: '00080060', vr: 'CS', keyword: 'Modality', value: 'CT' },
  {
    tag: '00081140',
    vr: 'SQ',
    keyword: 'ReferencedImageSequence',
    value: '',
    items: [[{ tag: '00081155', vr: 'UI', keyword: 'ReferencedSOPInstanceUID', value: '1.2.3' }]],
  },
  { tag: '00091001', vr: 'LO', keyword: '', value: 'secret' },
];
const rows = elementRows(elements, { texts: english, names: true });

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

it('hides who the patient is, in nested items too, and from the search', () => {
  const named: DicomElement[] = [
    ...elements,
    { tag: '00080090', vr: 'PN', keyword: 'ReferringPhysicianName', value: 'Doe^Jane' },
    { tag: '00100010', vr: 'PN', keyword: 'PatientName', value: 'Doe^John' },
    { tag: '0008103e', vr: 'LO', keyword: 'SeriesDescription', value: 'Thorax DOE' },
    { tag: '00100030', vr: 'DA', keyword: 'PatientBirthDate', value: '19700101' },
    {
      tag: '00101002',
      vr: 'SQ',
      keyword: 'OtherPatientIDsSequence',
      value: '',
      items: [[{ tag: '00100020', vr: 'LO', keyword: 'PatientID', value: '4711' }]],
    },
    {
      tag: '00400275',
      vr: 'SQ',
      keyword: 'RequestAttributesSequence',
      value: '',
      items: [[{ tag: '00100020', vr: 'LO', keyword: 'PatientID', value: '4711' }]],
    },
  ];
  const hidden = elementRows(named, { texts: english, names: false });
  expect(JSON.stringify(hidden.map(({ value }) => value))).not.toMatch(/Doe|1970|4711/);
  expect(hidden.map(({ value }) => value)).toContain('CT');
  expect(filterElements(hidden, 'doe')).toEqual([]);
  expect(filterElements(elementRows(named, { texts: english, names: true }), 'doe')).toHaveLength(3);
});
