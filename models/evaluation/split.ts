import { randomFrom } from '../random.ts';

/**
 * Sets groups (patients) aside, so that of every class about the same share of images is set aside and no group is torn.
 *
 * @param images label and group of each
 * @param share of the images to set aside, 0..1
 * @returns for each image whether it is set aside; the same images and seed give the same answer
 */
export function setAside(images: readonly { label: number; group: string }[], share: number, seed: number): boolean[] {
  const groups = new Map<string, number[]>();
  for (const [i, { group }] of images.entries()) groups.set(group, [...(groups.get(group) ?? []), i]);
  const wanted = new Map<number, number>();
  for (const { label } of images) wanted.set(label, (wanted.get(label) ?? 0) + share);

  const random = randomFrom(seed);
  const order = [...groups.keys()].sort().map((group) => ({ group, key: random() }));
  order.sort((a, b) => a.key - b.key);
  const aside = images.map(() => false);
  for (const { group } of order) {
    const members = groups.get(group)!;
    // Taken where it brings the classes nearer to what is wanted of them than leaving it would.
    const gain = members.reduce((sum, i) => sum + ((wanted.get(images[i]!.label) ?? 0) >= 0.5 ? 1 : -1), 0);
    if (gain <= 0) continue;
    for (const i of members) {
      aside[i] = true;
      wanted.set(images[i]!.label, wanted.get(images[i]!.label)! - 1);
    }
  }
  return aside;
}

/** Groups that are in more than one part. */
export function tornGroups(images: readonly { group: string; part: string }[]): string[] {
  const parts = new Map<string, Set<string>>();
  for (const { group, part } of images) parts.set(group, (parts.get(group) ?? new Set()).add(part));
  return [...parts].flatMap(([group, found]) => (found.size > 1 ? [group] : []));
}
