import { describe, expect, it } from 'vitest';
import type { ImageHeader } from '../../worker/protocol.ts';
import { fakeHeader } from '../testing/fakes.ts';
import { SeriesIndex } from './series.ts';

const file = (changes: Partial<ImageHeader> = {}, folder = '', name = 'a') => {
  const path = `/data/${folder}/${name}`;
  return { path, folder, header: fakeHeader(path, changes) };
};

/** The series of files, in letters: 'aab' where the first two share one. */
const groups = (files: ReturnType<typeof file>[], of: 'series' | 'study' = 'series'): string => {
  const index = new SeriesIndex();
  const ids = files.map((one) => index.get(index.seriesOf(one))[of].id);
  const distinct = [...new Set(ids)];
  return ids.map((id) => 'abcdef'[distinct.indexOf(id)]).join('');
};

describe('SeriesIndex', () => {
  it('names a series by its UID within a study, wherever its files lie', () => {
    const files = [
      file({ seriesUid: '1' }, 'one'),
      file({ seriesUid: '2' }, 'one'),
      file({ seriesUid: '1' }, 'two'),
      file({ seriesUid: '1', studyUid: 'other' }, 'one'),
    ];
    expect(groups(files)).toBe('abac');
    expect(groups(files, 'study')).toBe('aaab');
  });

  it('never puts two patients into one study or series, whatever the UIDs say', () => {
    const files = [file({ patientId: '1' }), file({ patientId: '2' })];
    expect(groups(files)).toBe('ab');
    expect(groups(files, 'study')).toBe('ab');
  });

  it('names a series without a UID by its folder, a study without one by its patient and date', () => {
    const none = { seriesUid: '', studyUid: '' };
    const files = [
      file(none, 'one'),
      file(none, 'one', 'b'),
      file(none, 'two'),
      file({ ...none, patientId: 'other' }, 'one'),
      file({ ...none, studyDate: '20200101' }, 'one'),
    ];
    expect(groups(files)).toBe('aabcd');
    expect(groups(files, 'study')).toBe('aaabc');
  });

  it('puts pictures together by folder', () => {
    const files = [file({ format: 'png' }, 'xrays'), file({ format: 'jpeg' }, 'xrays', 'b'), file({ format: 'png' })];
    expect(groups(files)).toBe('aab');
  });

  it('keeps the identity of what was closed meanwhile, and says nothing of paths', () => {
    const index = new SeriesIndex();
    const id = index.seriesOf(file({}, 'secret'));
    index.seriesOf(file({ seriesUid: 'other' }));
    expect(index.seriesOf(file({}, 'elsewhere'))).toBe(id);
    const { series, study } = index.get(id);
    expect(series).toMatchObject({ studyId: study.id, kind: 'dicom', modality: 'CR', number: 1, description: 'AP' });
    expect(study).toMatchObject({ patientName: 'Phantom^Chest', patientId: 'SYN-1', date: '20240131' });
    expect(JSON.stringify([series, study])).not.toContain('/data');
  });
});
