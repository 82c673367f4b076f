import { stat } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { resultRow } from '../results/row.ts';
import { problemOf } from '../services/system-errors.ts';
import { walk, type WalkedFile } from '../services/walk.ts';
import { fileFilter } from './glob.ts';
import { inShard, type BatchPlan } from './plan.ts';
import type { ListedFile } from './store.ts';

export interface ListingOptions {
  /** Folders that are not read: absolute. What this run writes is no image of it. */
  except: readonly string[];
  signal: AbortSignal;
}

/** Files that are handed over at once. */
const CHUNK = 256;

/** 'folder\\file' -> 'folder/file': names are the same on every system. */
const withSlashes = (name: string): string => name.split(path.sep).join('/');

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('/');

/** A file as a path of this system. */
export const absolute = ({ root }: Pick<BatchPlan, 'root'>, file: string): string =>
  path.join(root, ...file.split('/'));

/** An entry that is known without reading it, with the row that says why it has no prediction. */
function leftOut(file: string, position: number, status: 'failed' | 'skipped', error: HifuseError): ListedFile {
  const value = toErrorValue(error);
  const row = resultRow(file, 0, { status, prediction: null, error: value });
  return { path: file, position, version: `none: ${row.error!.message}`, row };
}

async function listed(plan: BatchPlan, file: string, position: number): Promise<ListedFile> {
  try {
    const { size, mtimeNs } = await stat(absolute(plan, file), { bigint: true });
    return { path: file, position, version: `${size}:${mtimeNs}` };
  } catch (error) {
    const name = path.posix.basename(file);
    const gone = problemOf(error) === 'ENOENT';
    return gone
      ? leftOut(file, position, 'failed', new HifuseError('file.not-found', { reason: 'gone', file: name }))
      : leftOut(
          file,
          position,
          'failed',
          new HifuseError('file.unreadable', { reason: 'left-out', file: name, problem: problemOf(error) }),
        );
  }
}

/**
 * The files of a plan in their order, in pieces: those of folders in natural order, and a row for every entry that cannot
 * be one (pipes and devices, links that lead in a circle, folders that cannot be read). A file that several starts hold is
 * listed once. A shard's pieces hold its own files alone.
 *
 * @throws HifuseError `file.*` where a start itself cannot be read; the signal's reason when aborted
 */
export async function* listFiles(plan: BatchPlan, options: ListingOptions): AsyncGenerator<ListedFile[]> {
  const isWanted = fileFilter(plan.include, plan.exclude);
  const seen = new Set<string>();
  let files: { file: string; position: number }[] = [];
  let others: ListedFile[] = [];
  let met = 0;
  /** The place of an entry among those of all shards, so that merged ones have one order; null where it is not to be listed. */
  const place = (file: string): number | null => {
    if (plan.starts.length > 1) {
      if (seen.has(file)) return null;
      seen.add(file);
    }
    const position = met++;
    return inShard(file, plan.shard) ? position : null;
  };
  const flush = async (): Promise<ListedFile[]> => {
    const chunk = [...(await Promise.all(files.map(({ file, position }) => listed(plan, file, position)))), ...others];
    [files, others] = [[], []];
    return chunk;
  };
  const nameOf = (at: string): string => withSlashes(path.relative(plan.root, at));
  const leave = (at: string, status: 'failed' | 'skipped', error: HifuseError): void => {
    const position = place(nameOf(at));
    if (position !== null) others.push(leftOut(nameOf(at), position, status, error));
  };
  const isExcepted = (at: string): boolean =>
    options.except.some((one) => at === one || at.startsWith(one.endsWith(path.sep) ? one : one + path.sep));

  for (const start of plan.starts) {
    const top = absolute(plan, start);
    const walked: AsyncGenerator<WalkedFile> = walk(top, {
      recursive: plan.recursive,
      signal: options.signal,
      onUnreadable: (error, at) => {
        leave(at, 'failed', error);
      },
      onSpecial: (at) => {
        leave(at, 'skipped', new HifuseError('file.unreadable', { reason: 'no-file', file: path.basename(at) }));
      },
      onRepeated: (at) => {
        leave(
          at,
          'skipped',
          new HifuseError('file.unreadable', { reason: 'left-out-repeated', file: path.basename(at) }),
        );
      },
    });
    const isFile = (await stat(top).catch(() => null))?.isFile() ?? false;
    for await (const { path: at, name } of walked) {
      if (isExcepted(at)) continue;
      const file = isFile ? start : joined(start, name);
      // A file that was named is wanted whatever the filters say.
      const position = isFile || isWanted(file) ? place(file) : null;
      if (position !== null) files.push({ file, position });
      if (files.length + others.length >= CHUNK) yield await flush();
    }
  }
  yield await flush();
}

/** The row of a file that was there when the run was started, and is not any more. */
export function goneRow(file: string) {
  const error = new HifuseError('file.not-found', { reason: 'gone', file: path.posix.basename(file) });
  return resultRow(file, 0, { status: 'failed', prediction: null, error: toErrorValue(error) });
}
