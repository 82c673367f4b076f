import type { DicomElement } from '../../main/ipc/contract.ts';
import { carriesIdentity, type Patient } from '../../models/identity.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** A line of the element browser. */
export interface ElementRow {
  /** Path of the element within the data set. */
  id: string;
  depth: number;
  /** null: the head of an item of a sequence. */
  element: DicomElement | null;
  label: string;
  /** Of the element, or what stands for it where names are hidden. */
  value: string;
}

/** How elements are told. */
export interface ElementWords {
  texts: Texts;
  /** Whether the patient may be named; otherwise what tells who it is, and all that lies in it, is hidden. */
  names: boolean;
}

const PATIENT_GROUP = '0010';

/** Whether an element tells who the patient is, or names a person: the patient's group, every person name, any such text. */
const tellsWho = ({ tag, vr, value }: DicomElement, patient: Patient): boolean =>
  tag.startsWith(PATIENT_GROUP) || vr === 'PN' || carriesIdentity(value, patient);

/** Whom a data set is of, by its own elements. */
function patientOf(elements: readonly DicomElement[]): Patient {
  const value = (tag: string): string => elements.find((element) => element.tag === tag)?.value ?? '';
  return { patientName: value('00100010'), patientId: value('00100020') };
}

/** '00100010' -> '(0010,0010)'. */
export const tagText = (tag: string): string => `(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase();

/** Flattens nested sequences, each item under a line of its own. */
export function elementRows(
  elements: readonly DicomElement[],
  words: ElementWords,
  patient = patientOf(elements),
  depth = 0,
  parent = '',
): ElementRow[] {
  const { names, texts } = words;
  return elements.flatMap((element, index): ElementRow[] => {
    const id = `${parent}/${element.tag}-${index}`;
    const hidden = !names && tellsWho(element, patient);
    const items = (hidden ? [] : (element.items ?? [])).flatMap((item, number): ElementRow[] => [
      {
        id: `${id}/${number}`,
        depth: depth + 1,
        element: null,
        label: texts.t('window:elements.item', { number: number + 1 }),
        value: '',
      },
      ...elementRows(item, words, patient, depth + 2, `${id}/${number}`),
    ]);
    const label = element.keyword || texts.t('window:elements.unknown');
    const value = hidden ? texts.t('window:elements.hidden') : element.value;
    return [{ id, depth, element, label, value }, ...items];
  });
}

/** Rows whose tag, keyword or value holds a text; items stay only around what matches. */
export function filterElements(rows: readonly ElementRow[], text: string): readonly ElementRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(
    ({ element, value }) =>
      element !== null &&
      [tagText(element.tag), element.tag, element.keyword, value].some((one) => one.toLowerCase().includes(wanted)),
  );
}
