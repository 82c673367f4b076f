/**
 * Anatomical letters at the edges of an image (L left, R right, A anterior, P posterior, H head, F feet), computed from
 * what the file says (PS3.3 C.7.6.2.1.1 and C.7.6.1.1.1) and right after any flip and rotation of the viewport.
 */
import type { Frame } from './frame.ts';

/** Letters of positive and negative x, y, z of the patient frame: +x is the patient's left, +y posterior, +z head. */
const AXES: readonly (readonly [positive: string, negative: string])[] = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
];

/** A direction less than about 6 degrees off a plane gets no letter for it. */
const SMALLEST_COMPONENT = 0.1;

/** Weight of each further letter of a Patient Orientation value: the first is the main direction. */
const LETTER_WEIGHT = 0.5;

export type Vector = readonly [number, number, number];

/** Letters of a direction in the patient frame, the largest component first: [1, 0, 0] is 'L'. Empty for no direction. */
export function directionLetters(direction: Vector): string {
  const length = Math.hypot(...direction);
  if (!(length > 0)) return '';
  return direction
    .map((component, axis) => ({ size: Math.abs(component) / length, letter: AXES[axis]![component > 0 ? 0 : 1] }))
    .filter(({ size }) => size >= SMALLEST_COMPONENT)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('');
}

/** The reverse for a Patient Orientation value such as 'L' or 'PF'; null if it is none of the six letters. */
export function lettersDirection(letters: string): Vector | null {
  const direction: [number, number, number] = [0, 0, 0];
  let weight = 1;
  for (const letter of letters) {
    const axis = AXES.findIndex((pair) => pair.includes(letter));
    if (axis < 0 || direction[axis] !== 0) return null;
    direction[axis] = AXES[axis]![0] === letter ? weight : -weight;
    weight *= LETTER_WEIGHT;
  }
  return letters === '' ? null : direction;
}

/** How the viewport shows the image: flipped within itself first, then turned clockwise by `rotation` degrees. */
export interface ViewTransform {
  rotation: number;
  flipHorizontal: boolean;
  flipVertical: boolean;
}

export interface OrientationLabels {
  left: string;
  right: string;
  top: string;
  bottom: string;
}

const negate = ([x, y, z]: Vector): Vector => [-x, -y, -z];

/** Directions along increasing columns (to the right) and increasing rows (downwards); null where the file says neither. */
function imageDirections({ plane, patientOrientation }: Pick<Frame, 'plane' | 'patientOrientation'>) {
  if (plane) {
    const [rx, ry, rz, cx, cy, cz] = plane.orientation;
    return { right: [rx, ry, rz] as Vector, down: [cx, cy, cz] as Vector };
  }
  const right = patientOrientation && lettersDirection(patientOrientation[0]);
  const down = patientOrientation && lettersDirection(patientOrientation[1]);
  return right && down ? { right, down } : null;
}

/** cos and sin of an angle in degrees, exact at multiples of 90, so that labels there have no stray letters. */
function turn(degrees: number): { cos: number; sin: number } {
  const quarters = degrees / 90;
  if (Number.isInteger(quarters)) {
    const quarter = ((quarters % 4) + 4) % 4;
    return { cos: [1, 0, -1, 0][quarter]!, sin: [0, 1, 0, -1][quarter]! };
  }
  const radians = (degrees * Math.PI) / 180;
  return { cos: Math.cos(radians), sin: Math.sin(radians) };
}

const combine = (a: Vector, wa: number, b: Vector, wb: number): Vector => [
  a[0] * wa + b[0] * wb,
  a[1] * wa + b[1] * wb,
  a[2] * wa + b[2] * wb,
];

const UPRIGHT: ViewTransform = { rotation: 0, flipHorizontal: false, flipVertical: false };

/** The letters at the four edges of the viewport; null where the file does not say how the patient lies. */
export function orientationLabels(
  frame: Pick<Frame, 'plane' | 'patientOrientation'>,
  view: ViewTransform = UPRIGHT,
): OrientationLabels | null {
  const directions = imageDirections(frame);
  if (!directions) return null;
  const x = view.flipHorizontal ? negate(directions.right) : directions.right;
  const y = view.flipVertical ? negate(directions.down) : directions.down;
  // Turning the image clockwise by t moves what was at angle -t to the right edge.
  const { cos, sin } = turn(view.rotation);
  const right = combine(x, cos, y, -sin);
  const bottom = combine(x, sin, y, cos);
  return {
    left: directionLetters(negate(right)),
    right: directionLetters(right),
    top: directionLetters(negate(bottom)),
    bottom: directionLetters(bottom),
  };
}
