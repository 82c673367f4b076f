import type { DicomElement } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** A line of the element browser. */
export interface ElementRow {
  /** Path of the element within the data set. */
  id: string;
  depth: number;
  /** null: the head of an item of a sequence. */
  element: DicomElement | null;
  label: string;
}

/** '00100010' -> '(0010,0010)'. */
export const tagText = (tag: string): string => `(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase();

/** Flattens nested sequences, each item under a line of its own. */
export function elementRows(elements: readonly DicomElement[], texts: Texts, depth = 0, parent = ''): ElementRow[] {
  return elements.flatMap((element, index): ElementRow[] => {
    const id = `${parent}/${element.tag}-${index}`;
    const items = (element.items ?? []).flatMap((item, number): ElementRow[] => [
      {
        id: `${id}/${number}`,
        depth: depth + 1,
        element: null,
        label: texts.t('window:elements.item', { number: number + 1 }),
      },
      ...elementRows(item, texts, depth + 2, `${id}/${number}`),
    ]);
    return [{ id, depth, element, label: element.keyword || texts.t('window:elements.unknown') }, ...items];
  });
}

/** Rows whose tag, keyword or value holds a text; items stay only around what matches. */
export function filterElements(rows: readonly ElementRow[], text: string): readonly ElementRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(
    ({ element }) =>
      element !== null &&
      [tagText(element.tag), element.tag, element.keyword, element.value].some((one) =>
        one.toLowerCase().includes(wanted),
      ),
  );
}
