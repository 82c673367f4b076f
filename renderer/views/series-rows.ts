import type { ImageEntry } from '../../main/ipc/contract.ts';
import type { Series } from '../state/study-contents.ts';

/** A line of the list: a series, or an image of a series that is unfolded. */
export type ListRow =
  | { kind: 'series'; id: string; series: Series; unfolded: boolean; position: number; siblings: number }
  | { kind: 'image'; id: string; series: Series; image: ImageEntry; position: number; siblings: number };

/** Series of up to this many images are unfolded until the reader folds them. */
export const UNFOLDED_UP_TO = 12;

/** Flattens the list. `folds` holds what the reader chose by series id; everything else follows the size. */
export function listRows(
  series: readonly Series[],
  imageOf: (id: string) => ImageEntry | undefined,
  folds: ReadonlyMap<string, boolean>,
): ListRow[] {
  return series.flatMap((one, index) => {
    const unfolded = folds.get(one.id) ?? one.imageIds.length <= UNFOLDED_UP_TO;
    const head: ListRow = {
      kind: 'series',
      id: `series:${one.id}`,
      series: one,
      unfolded,
      position: index + 1,
      siblings: series.length,
    };
    if (!unfolded) return [head];
    const rows = one.imageIds.flatMap((id, at): ListRow[] => {
      const image = imageOf(id);
      if (!image) return [];
      return [
        { kind: 'image', id: `image:${id}`, series: one, image, position: at + 1, siblings: one.imageIds.length },
      ];
    });
    return [head, ...rows];
  });
}
