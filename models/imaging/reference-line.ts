/** Where the plane of one image cuts another image of the same frame of reference (PS3.3 C.7.4.1). */
import type { Frame, PatientPlane } from './frame.ts';

type Vector = readonly [number, number, number];
type Planar = Pick<Frame, 'rows' | 'columns' | 'plane' | 'spacing'>;

interface Point {
  x: number;
  y: number;
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const along = (a: Vector, b: Vector, share: number): Vector => [
  a[0] + share * (b[0] - a[0]),
  a[1] + share * (b[1] - a[1]),
  a[2] + share * (b[2] - a[2]),
];

const rightOf = ({ orientation: [x, y, z] }: PatientPlane): Vector => [x, y, z];
const downOf = ({ orientation: [, , , x, y, z] }: PatientPlane): Vector => [x, y, z];

function normalOf(plane: PatientPlane): Vector {
  const [a, b] = [rightOf(plane), downOf(plane)];
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Planes that lie flatter to each other than this (sine of the angle) do not cut in a line that means anything. */
const PARALLEL = 0.05;

/** Corners of an image in the patient, around its pixels; null where the file does not say where it lies. */
function cornersOf({ rows, columns, plane, spacing }: Planar): Vector[] | null {
  if (!plane?.position || !spacing) return null;
  const { position } = plane;
  const [right, down] = [rightOf(plane), downOf(plane)];
  const at = (x: number, y: number): Vector => {
    // Image coordinates count from the corner, positions from the centre of the first pixel.
    const [dx, dy] = [(x - 0.5) * spacing.column, (y - 0.5) * spacing.row];
    return [
      position[0] + right[0] * dx + down[0] * dy,
      position[1] + right[1] * dx + down[1] * dy,
      position[2] + right[2] * dx + down[2] * dy,
    ];
  };
  return [at(0, 0), at(columns, 0), at(columns, rows), at(0, rows)];
}

/**
 * The line in which the image `other` cuts the image `on`, as far as `other` reaches, in image coordinates of `on`. Null
 * where they are of different frames of reference, parallel, do not meet, or do not say where they lie.
 */
export function referenceLine(on: Planar, other: Planar): [Point, Point] | null {
  const corners = cornersOf(other);
  const { plane, spacing } = on;
  if (!corners || !plane?.position || !spacing || !other.plane) return null;
  if (plane.frameOfReferenceUid === '' || plane.frameOfReferenceUid !== other.plane.frameOfReferenceUid) return null;
  const { position } = plane;
  const normal = normalOf(plane);
  if (Math.sqrt(Math.max(0, 1 - dot(normal, normalOf(other.plane)) ** 2)) < PARALLEL) return null;
  const ends: Point[] = [];
  for (const [i, from] of corners.entries()) {
    const to = corners[(i + 1) % 4]!;
    const [a, b] = [dot(minus(from, position), normal), dot(minus(to, position), normal)];
    if (a < 0 === b < 0) continue;
    const meeting = minus(along(from, to, a / (a - b)), position);
    ends.push({
      x: dot(meeting, rightOf(plane)) / spacing.column + 0.5,
      y: dot(meeting, downOf(plane)) / spacing.row + 0.5,
    });
  }
  return ends.length === 2 ? [ends[0]!, ends[1]!] : null;
}
