import path from 'node:path';
import { AGGREGATIONS, type Aggregation, type FrameChoice, type Shard } from '../batch/plan.ts';
import type { Labels } from '../batch/measured.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { oneOf, UsageError } from './command.ts';
import { labelIndices, readLabelled } from './labelled.ts';

/** 'first', 'middle', 'all' or 'every:N'. @throws UsageError */
export function frameChoice(value: string): FrameChoice {
  if (value === 'first' || value === 'middle' || value === 'all') return { kind: value };
  const n = Number(/^every:(\d+)$/.exec(value)?.[1]);
  if (Number.isSafeInteger(n) && n >= 1) return { kind: 'every', n };
  throw new UsageError(({ t }) => t('batch:usage.frames', { value }));
}

/** 'K/N', counted from 1. @throws UsageError */
export function shardOf(value: string | undefined): Shard | null {
  if (value === undefined) return null;
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new UsageError(({ t }) => t('batch:usage.shard', { value }));
}

export const aggregationOf = (value: string): Aggregation => oneOf('series', value, AGGREGATIONS);

/**
 * The folder that files are named relative to, and the starts below it: a lone folder itself, else the nearest folder that
 * holds all starts.
 * @throws UsageError where there is none (drives of Windows)
 */
export function rootOf(paths: readonly string[], isFolder: boolean): { root: string; starts: string[] } {
  const absolute = paths.map((one) => path.resolve(one));
  const [first] = absolute as [string];
  if (absolute.length === 1 && isFolder) return { root: first, starts: [''] };
  let root = path.dirname(first);
  const holds = (one: string): boolean => {
    const below = path.relative(root, one);
    return below !== '' && !below.startsWith('..') && !path.isAbsolute(below);
  };
  while (!absolute.every(holds)) {
    const parent = path.dirname(root);
    if (parent === root) throw new UsageError(({ t }) => t('batch:usage.no-root'));
    root = parent;
  }
  return { root, starts: absolute.map((one) => path.relative(root, one).split(path.sep).join('/')) };
}

/**
 * What is known of the images: `folders` (a file's class is the nearest folder above it that is called like one), or a
 * table of files and labels; null where nothing is.
 * @throws UsageError, HifuseError `file.*`
 */
export async function labelsOf(
  value: string | undefined,
  root: string,
  classes: Manifest['classes'] | readonly { name: string }[],
  signal: AbortSignal,
): Promise<Labels | null> {
  if (value === undefined) return null;
  const index = labelIndices(classes);
  if (value === 'folders') {
    return (file) => {
      const folders = file.split('/').slice(0, -1).reverse();
      const named = folders.find((folder) => index(folder) !== undefined);
      return named === undefined ? undefined : index(named);
    };
  }
  const known = new Map<string, number | undefined>();
  for (const { path: file, label } of await readLabelled(value, signal)) {
    if (label !== null) known.set(path.relative(root, file).split(path.sep).join('/'), index(label));
  }
  return (file) => known.get(file);
}
