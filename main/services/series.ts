import path from 'node:path';
import { sortSlices } from '../../models/imaging/slice-order.ts';
import type { ImageHeader } from '../../worker/protocol.ts';
import type { Series } from '../ipc/contract.ts';

/** An image whose header was read. */
export interface Listed {
  id: string;
  path: string;
  /** Folder that it was met in, from the opened one down; empty where the file itself was opened. */
  folder: string;
  header: ImageHeader;
}

/**
 * Groups images in series, in the order of their first image: DICOM by series instance UID, or, where a file gives none,
 * by patient and folder; pictures by folder. Slices are sorted by position (models/imaging/slice-order.ts).
 */
export function groupInSeries(images: readonly Listed[]): Series[] {
  const groups = new Map<string, Listed[]>();
  for (const image of images) {
    const key = seriesKey(image);
    const group = groups.get(key);
    if (group) group.push(image);
    else groups.set(key, [image]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    const sorted = sortSlices(
      group.map(({ id, path, header: { instanceNumber, plane } }) => ({ id, path, instanceNumber, plane })),
    );
    return {
      // The first image's id: stays the same while further images of the series arrive.
      id: `series-${first.id}`,
      ...titles(first, group.length),
      modality: first.header.modality,
      imageIds: sorted.map(({ id }) => id),
    };
  });
}

function seriesKey({ path: file, folder, header }: Listed): string {
  if (header.format !== 'dicom') return JSON.stringify(['pictures', folder]);
  if (header.seriesUid) return JSON.stringify(['series', header.studyUid, header.seriesUid]);
  return JSON.stringify(['no uid', header.patientId, header.patientName, folder || path.dirname(file)]);
}

function titles({ folder, header }: Listed, count: number): Pick<Series, 'title' | 'subtitle'> {
  const images = `${count} ${count === 1 ? 'image' : 'images'}`;
  if (header.format !== 'dicom') return { title: folder || 'Pictures', subtitle: images };
  const number = header.seriesNumber === null ? '' : ` ${header.seriesNumber}`;
  const facts = [personName(header.patientName), header.studyDescription, isoDate(header.studyDate), images];
  return {
    title: header.seriesDescription || `${header.modality || 'DICOM'} series${number}`,
    subtitle: facts.filter((fact) => fact !== '').join(' · '),
  };
}

/** `Family^Given^Middle^Prefix^Suffix`, the first of up to three groups (PS3.5 6.2, PN), as people write it. */
export function personName(value: string): string {
  const [family = '', ...rest] = (value.split('=').find((group) => group !== '') ?? '').split('^');
  const given = rest.filter((part) => part.trim() !== '').join(' ');
  return [family.trim(), given.trim()].filter((part) => part !== '').join(', ');
}

/** `YYYYMMDD` (PS3.5 6.2, DA) as YYYY-MM-DD; what is no such date stays as it is. */
export function isoDate(value: string): string {
  return value.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}
