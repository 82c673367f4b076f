import type { PatientPlane } from '../../models/imaging/frame.ts';
import { positionAlongNormal } from '../../models/imaging/slice-order.ts';

/** A stack of images, and where in it one looks. */
export interface Place {
  position: number;
  /** Of every item of the stack; null where the file does not say where it lies. */
  planes: readonly (PatientPlane | null)[];
}

const PARALLEL_TOLERANCE = 1e-3;

const parallel = (a: PatientPlane, b: PatientPlane): boolean =>
  a.orientation.every((cosine, i) => Math.abs(cosine - b.orientation[i]!) <= PARALLEL_TOLERANCE);

/**
 * Where a stack goes that follows another one: to the image that is nearest in the patient where both lie in the same
 * frame of reference in parallel; to the same fraction of the stack where positions say nothing; nowhere (null) where
 * they lie across each other.
 */
export function linkedPosition(leader: Place, follower: Pick<Place, 'planes'>): number | null {
  const count = follower.planes.length;
  if (count === 0 || leader.position < 0) return null;
  const plane = leader.planes[leader.position];
  const first = follower.planes[0];
  if (plane?.position && first?.position && plane.frameOfReferenceUid === first.frameOfReferenceUid) {
    return parallel(plane, first) ? nearest(plane, follower.planes) : null;
  }
  const last = leader.planes.length - 1;
  return last <= 0 ? 0 : Math.round((leader.position / last) * (count - 1));
}

function nearest(plane: PatientPlane, planes: Place['planes']): number | null {
  const wanted = positionAlongNormal(plane)!;
  let best: { at: number; distance: number } | null = null;
  for (const [at, one] of planes.entries()) {
    const position = positionAlongNormal(one);
    if (position === null) continue;
    const distance = Math.abs(position - wanted);
    if (!best || distance < best.distance) best = { at, distance };
  }
  return best?.at ?? null;
}
