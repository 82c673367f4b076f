import type { Manifest } from '../../models/package/manifest.ts';

/** Which frames of a file are classified. `every`: the first one and each n-th after it. */
export type FrameChoice = { kind: 'first' | 'middle' | 'all' } | { kind: 'every'; n: number };

/** One row per image, or one per series: the mean of its images' probabilities, their greatest, or the votes of its images. */
export const AGGREGATIONS = ['image', 'mean', 'max', 'vote'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** One part of several that share the files of a run; counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** What a run does: kept in its store, so that nothing else can be mixed into it. */
export interface BatchPlan {
  /** Absolute; files are named relative to it. */
  root: string;
  /** Folders and files, relative to the root ('' is the root itself). */
  starts: readonly string[];
  recursive: boolean;
  /** Globs on the files' relative paths; all files where there is none. */
  include: readonly string[];
  exclude: readonly string[];
  frames: FrameChoice;
  maps: boolean;
  shard: Shard | null;
  model: { id: string; version: string; weightsSha256: string; classes: readonly string[] };
}

/** What a model is to a plan. */
export const plannedModel = (manifest: Manifest): BatchPlan['model'] => ({
  id: manifest.id,
  version: manifest.version,
  weightsSha256: manifest.weights.sha256,
  classes: manifest.classes.map(({ name }) => name),
});

/** The frames of a file that has `count` of them. */
export function framesOf(choice: FrameChoice, count: number): number[] {
  switch (choice.kind) {
    case 'first':
      return [0];
    case 'middle':
      return [Math.floor(Math.max(0, count - 1) / 2)];
    case 'all':
      return Array.from({ length: count }, (_, frame) => frame);
    case 'every':
      return Array.from({ length: Math.ceil(count / choice.n) }, (_, i) => i * choice.n);
  }
}

/** FNV-1a of the UTF-8 bytes, 32 bits, with its bits mixed at the end: equal on every machine and in every version. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether a file belongs to a shard: decided by its path below the root alone. */
export const inShard = (file: string, shard: Shard | null): boolean =>
  shard === null || stableHash(file) % shard.count === shard.index - 1;

/** What two plans differ in, the shard apart; null where they are of one run. */
export function difference(a: BatchPlan, b: BatchPlan): string | null {
  const parts = {
    model: ({ model }: BatchPlan) => model,
    folders: ({ root, starts }: BatchPlan) => [root, starts],
    recursion: ({ recursive }: BatchPlan) => recursive,
    filters: ({ include, exclude }: BatchPlan) => [include, exclude],
    frames: ({ frames }: BatchPlan) => frames,
    maps: ({ maps }: BatchPlan) => maps,
  };
  const differing = Object.entries(parts).find(([, part]) => JSON.stringify(part(a)) !== JSON.stringify(part(b)));
  return differing ? differing[0] : null;
}
