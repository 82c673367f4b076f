import type { ImageEntry, SeriesEntry, StudyEntry } from '../../main/ipc/contract.ts';
import { dicomDate, personName } from '../../models/words.ts';
import { plural } from './format.ts';

/** What a series is called: by its description, else by modality and number; pictures by their folder. */
export function seriesTitle({ kind, folder, modality, number, description }: SeriesEntry): string {
  if (kind === 'pictures') return folder || 'Pictures';
  return description || `${modality || 'DICOM'} series${number === null ? '' : ` ${number}`}`;
}

/** Patient, study and size of a series in one line. */
export function seriesSubtitle({ kind }: SeriesEntry, study: StudyEntry, count: number): string {
  const images = plural(count, 'image');
  if (kind === 'pictures') return images;
  const facts = [personName(study.patientName), study.description, dicomDate(study.date), images];
  return facts.filter((fact) => fact !== '').join(' · ');
}

/** Title and subtitle of the files that are in no series. */
export function unreadableTitle(images: readonly ImageEntry[]): { title: string; subtitle: string } {
  const title = images.some(({ error }) => error) ? 'Could not be read' : 'Being read';
  return { title, subtitle: plural(images.length, 'file') };
}
