import path from 'node:path';
import type { ImageHeader } from '../../worker/protocol.ts';
import type { SeriesEntry, StudyEntry } from '../ipc/contract.ts';

/** A file whose header was read. */
export interface ReadFile {
  path: string;
  /** Folder that it was met in, from the opened one down; empty where the file itself was opened. */
  folder: string;
  header: ImageHeader;
}

/**
 * Names the series and the study that an image belongs to. Both have an identity of their own that does not depend on
 * which images are open: the instance UIDs (PS3.3 C.7.2.1, C.7.3.1); where a file gives none, its patient and its folder;
 * of pictures the folder. Files of different patients are never in one study, whatever their UIDs say. What is known of
 * a series or a study is what its first file said.
 */
export class SeriesIndex {
  readonly #studies = new Map<string, StudyEntry>();
  readonly #series = new Map<string, SeriesEntry>();
  readonly #byId = new Map<string, { series: SeriesEntry; study: StudyEntry }>();

  /** The id of a file's series. */
  seriesOf(file: ReadFile): string {
    const { studyKey, seriesKey } = keysOf(file);
    let series = this.#series.get(seriesKey);
    if (!series) {
      const study = this.#studies.get(studyKey) ?? describeStudy(`study-${this.#studies.size + 1}`, file);
      this.#studies.set(studyKey, study);
      series = describeSeries(`series-${this.#series.size + 1}`, study.id, file);
      this.#series.set(seriesKey, series);
      this.#byId.set(series.id, { series, study });
    }
    return series.id;
  }

  /** What an id that {@link seriesOf} gave stands for. */
  get(seriesId: string): { series: SeriesEntry; study: StudyEntry } {
    return this.#byId.get(seriesId)!;
  }
}

function keysOf({ path: file, folder, header }: ReadFile): { studyKey: string; seriesKey: string } {
  if (header.format !== 'dicom') {
    const key = JSON.stringify(['pictures', folder]);
    return { studyKey: key, seriesKey: key };
  }
  const { patientId, patientName, studyUid, studyDate, seriesUid } = header;
  const study = studyUid ? ['study', studyUid, patientId] : ['patient', patientId, patientName, studyDate];
  const series = seriesUid ? ['series', seriesUid] : ['folder', folder || path.dirname(file)];
  return { studyKey: JSON.stringify(study), seriesKey: JSON.stringify([...study, ...series]) };
}

function describeStudy(id: string, { header }: ReadFile): StudyEntry {
  const { patientName, patientId, studyDate: date, studyDescription: description } = header;
  return { id, patientName, patientId, date, description };
}

function describeSeries(id: string, studyId: string, { folder, header }: ReadFile): SeriesEntry {
  const { format, modality, seriesNumber: number, seriesDescription: description } = header;
  return { id, studyId, kind: format === 'dicom' ? 'dicom' : 'pictures', folder, modality, number, description };
}
