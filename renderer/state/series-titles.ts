import type { ImageEntry, SeriesEntry, StudyEntry } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { personName } from '../../models/person-name.ts';

/** What stands over the images of a series. */
export interface SeriesTitles {
  title: string;
  /** The title where names are hidden. */
  namelessTitle: string;
  subtitle: string;
}

/** What a series is called: by its description, else by modality and number; pictures by their folder. */
export function seriesTitle(entry: SeriesEntry, texts: Texts): string {
  const { kind, folder, description } = entry;
  return (kind === 'pictures' ? folder : description) || namelessTitle(entry, texts);
}

/** The same where names are hidden: folders and descriptions are words of people, who may name the patient. */
export function namelessTitle({ kind, modality, number }: SeriesEntry, { t }: Texts): string {
  if (kind === 'pictures') return t('window:list.pictures');
  const of = modality || 'DICOM';
  return number === null ? t('window:list.series-of', { of }) : t('window:list.series-number', { of, number });
}

/** Patient, study and size of a series in one line. */
export function seriesSubtitle({ kind }: SeriesEntry, study: StudyEntry, count: number, texts: Texts): string {
  const images = texts.t('window:list.images', { count });
  if (kind === 'pictures') return images;
  const facts = [personName(study.patientName), study.description, texts.date(study.date), images];
  return facts.filter((fact) => fact !== '').join(' · ');
}

/** Title and subtitle of the files that are in no series. */
export function unreadableTitle(images: readonly ImageEntry[], { t }: Texts): SeriesTitles {
  const title = images.some(({ error }) => error) ? t('window:list.unreadable') : t('window:list.unread');
  return { title, namelessTitle: title, subtitle: t('window:list.files', { count: images.length }) };
}
