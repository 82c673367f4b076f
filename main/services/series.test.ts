import { describe, expect, it } from 'vitest';
import type { ImageHeader } from '../../worker/protocol.ts';
import { fakeHeader } from '../testing/fakes.ts';
import { groupInSeries, isoDate, personName, type Listed } from './series.ts';

const image = (id: string, changes: Partial<ImageHeader> = {}, folder = ''): Listed => ({
  id,
  path: `/data/${folder}/${id}`,
  folder,
  header: fakeHeader(`/data/${folder}/${id}`, { instanceNumber: null, ...changes }),
});

const plane = (z: number): ImageHeader['plane'] => ({
  orientation: [1, 0, 0, 0, 1, 0],
  position: [0, 0, z],
  frameOfReferenceUid: '1',
});

const idsOf = (images: Listed[]) => groupInSeries(images).map(({ imageIds }) => imageIds);

describe('groupInSeries', () => {
  it('groups by series and study, in the order of the first image', () => {
    const images = [
      image('a', { seriesUid: '1' }),
      image('b', { seriesUid: '2' }),
      image('c', { seriesUid: '1' }),
      image('d', { seriesUid: '1', studyUid: 'other' }),
    ];
    expect(idsOf(images)).toEqual([['a', 'c'], ['b'], ['d']]);
  });

  it('sorts slices by position, not by number', () => {
    const images = [10, 0, 5].map((z, i) => image(`z${z}`, { plane: plane(z), instanceNumber: i }));
    expect(idsOf(images)[0]).toHaveLength(3);
    expect([
      ['z0', 'z5', 'z10'],
      ['z10', 'z5', 'z0'],
    ]).toContainEqual(idsOf(images)[0]);
  });

  it('groups files without a series by patient and folder', () => {
    const images = [
      image('a', { seriesUid: '' }, 'one'),
      image('b', { seriesUid: '' }, 'one'),
      image('c', { seriesUid: '' }, 'two'),
      image('d', { seriesUid: '', patientId: 'other' }, 'one'),
    ];
    expect(idsOf(images)).toEqual([['a', 'b'], ['c'], ['d']]);
  });

  it('groups pictures by folder, in natural order', () => {
    const images = [
      image('p10', { format: 'png' }, 'xrays'),
      image('p9', { format: 'jpeg' }, 'xrays'),
      image('q', { format: 'png' }),
    ];
    expect(groupInSeries(images)).toMatchObject([
      { title: 'xrays', subtitle: '2 images', imageIds: ['p9', 'p10'] },
      { title: 'Pictures', subtitle: '1 image', imageIds: ['q'] },
    ]);
  });

  it('names a series by its description, or by modality and number', () => {
    expect(groupInSeries([image('a')])[0]).toMatchObject({
      title: 'AP',
      subtitle: 'Phantom, Chest · Chest · 2024-01-31 · 1 image',
      modality: 'CR',
    });
    expect(groupInSeries([image('a', { seriesDescription: '', seriesNumber: 7 })])[0]!.title).toBe('CR series 7');
  });
});

describe('personName', () => {
  it.each([
    ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada, Tarou'],
    ['=山田^太郎', '山田, 太郎'],
    ['Adams^John Robert Quincy^^Rev.^B.A. M.Div.', 'Adams, John Robert Quincy Rev. B.A. M.Div.'],
    ['Morrison-Jones', 'Morrison-Jones'],
    ['', ''],
    ['^^', ''],
  ])('%s', (value, shown) => {
    expect(personName(value)).toBe(shown);
  });
});

it('isoDate leaves alone what is no date', () => {
  expect(isoDate('20240131')).toBe('2024-01-31');
  expect(isoDate('2024.01.31')).toBe('2024.01.31');
});
