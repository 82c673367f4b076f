import type { Attributes } from './attributes.ts';

/**
 * Finds the item of a functional group macro for one frame of an enhanced multi-frame image (PS3.3 C.7.6.16): the
 * frame's own goes before the shared one.
 */
export type FunctionalGroups = (sequence: string) => Attributes | undefined;

/** Functional groups of a frame; of a classic image, which has none, every group is absent. */
export function functionalGroups(attributes: Attributes, frame: number): FunctionalGroups {
  const own = attributes.item('PerFrameFunctionalGroupsSequence', frame);
  const shared = attributes.item('SharedFunctionalGroupsSequence', 0);
  return (sequence) => own?.items(sequence)[0] ?? shared?.items(sequence)[0];
}
