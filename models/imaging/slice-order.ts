/** The order of a series' slices: along the normal of their planes (PS3.3 C.7.6.2), never by instance number alone. */
import type { PatientPlane } from './frame.ts';

/** What sorting needs of an image; an ImageHeader is one. */
export interface Slice {
  path: string;
  instanceNumber: number | null;
  plane: PatientPlane | null;
}

/** Largest difference of a direction cosine between planes that count as parallel. */
const PARALLEL_TOLERANCE = 1e-3;
/** Millimetres under which two positions are the same. */
const SAME_POSITION = 1e-3;

type Orientation = PatientPlane['orientation'];

const normalOf = ([rx, ry, rz, cx, cy, cz]: Orientation) =>
  [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx] as const;

const parallel = (a: Orientation, b: Orientation): boolean =>
  a.every((cosine, i) => Math.abs(cosine - b[i]!) <= PARALLEL_TOLERANCE);

/** Millimetres along the normal; null where the plane or its position is unknown. */
export function positionAlongNormal(plane: PatientPlane | null): number | null {
  if (!plane?.position) return null;
  const [nx, ny, nz] = normalOf(plane.orientation);
  const [x, y, z] = plane.position;
  return x * nx + y * ny + z * nz;
}

const natural = new Intl.Collator('en', { numeric: true });

/** Instance number, then name in natural order. Slices without a number come last. */
function byNumberAndName(a: Slice, b: Slice): number {
  const difference = (a.instanceNumber ?? Infinity) - (b.instanceNumber ?? Infinity);
  return difference || natural.compare(a.path, b.path);
}

/** Whether positions along one normal mean something for all slices: all known, all parallel, not all the same. */
function sortableByPosition(slices: readonly Slice[]): boolean {
  const first = slices[0]?.plane;
  return (
    first != null &&
    slices.every(({ plane }) => plane?.position != null && parallel(plane.orientation, first.orientation)) &&
    slices.some(({ plane }) => Math.abs(positionAlongNormal(plane)! - positionAlongNormal(first)!) > SAME_POSITION)
  );
}

/** Whether the file numbers its slices strictly against the normal, as a CT that is numbered from head to feet does. */
const numberedBackwards = (slices: readonly Slice[]): boolean =>
  slices.length > 1 &&
  slices.every(({ instanceNumber }, i) => {
    const before = slices[i - 1]?.instanceNumber;
    return instanceNumber !== null && (i === 0 || (before != null && before > instanceNumber));
  });

/**
 * The slices of one series in reading order, as a new array. By position along the normal where all are parallel and
 * say where they lie (equal positions, as in a series over time, by number); else by instance number, then name. The
 * first slice is the one with the smallest position, or the largest where the file numbers all slices in that direction.
 */
export function sortSlices<T extends Slice>(slices: readonly T[]): T[] {
  if (!sortableByPosition(slices)) return [...slices].sort(byNumberAndName);
  // Positions are rounded to a grid, not compared with a tolerance: only that gives one order for any input order.
  const step = (slice: T): number => Math.round(positionAlongNormal(slice.plane)! / SAME_POSITION);
  const sorted = [...slices].sort((a, b) => step(a) - step(b) || byNumberAndName(a, b));
  return numberedBackwards(sorted) ? sorted.reverse() : sorted;
}

/**
 * What {@link sortSlices} makes of both together, where `sorted` is what it made before. Without positions that cost is
 * that of the added slices and of one copy, so that a long series may grow bit by bit.
 */
export function addSlices<T extends Slice>(sorted: readonly T[], added: readonly T[]): T[] {
  const all = [...sorted, ...added];
  // Positions decide for all slices or for none, so one slice may change everything.
  if (sortableByPosition(sorted) || sortableByPosition(all)) return sortSlices(all);
  const fresh = [...added].sort(byNumberAndName);
  const merged: T[] = [];
  let from = 0;
  for (const slice of fresh) {
    const to = firstAfter(sorted, slice, from);
    for (; from < to; from++) merged.push(sorted[from]!);
    merged.push(slice);
  }
  for (; from < sorted.length; from++) merged.push(sorted[from]!);
  return merged;
}

/** Index of the first of the sorted slices, from `low` on, that comes after a slice. */
function firstAfter(sorted: readonly Slice[], slice: Slice, low: number): number {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byNumberAndName(sorted[middle]!, slice) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
