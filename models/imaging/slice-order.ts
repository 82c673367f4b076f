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
