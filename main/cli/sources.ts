import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { toErrorValue } from '../../models/errors.ts';
import type { ClassifyItem, Requests } from '../services/classify.ts';
import { walk } from '../services/walk.ts';

/** A frame to classify, and how it is called. */
export interface SourceItem extends ClassifyItem {
  /** As rows name it: the argument joined with what is below it. */
  file: string;
  /** Unique among all items of a run; '/' between parts, below no other folder. For files made of it. */
  label: string;
}

export interface SourceOptions {
  paths: readonly string[];
  recursive: boolean;
  frames: 'first' | 'all';
  /** Files that this run writes, or whose folder it writes to: never read as images. */
  except: readonly string[];
  /** Told of every folder that is not gone into, for want of `recursive`. */
  onLeftOut?: () => void;
  /** Knows how many frames a file has. */
  requests: Requests;
  signal: AbortSignal;
}

/** The real path even of what does not exist yet. */
async function real(file: string): Promise<string> {
  return realpath(file).catch(async () => {
    const parent = path.dirname(path.resolve(file));
    return parent === path.resolve(file) ? parent : path.join(await real(parent), path.basename(file));
  });
}

const isWithin = (file: string, folder: string): boolean => file === folder || file.startsWith(folder + path.sep);

/** One label per argument: none for a lone folder, else its name, numbered where two are alike. */
async function labelPrefixes(paths: readonly string[]): Promise<string[]> {
  const used = new Set<string>();
  const prefixes: string[] = [];
  for (const start of paths) {
    const isFolder = (await stat(start).catch(() => null))?.isDirectory() ?? false;
    if (paths.length === 1) {
      prefixes.push(isFolder ? '' : path.basename(start));
      continue;
    }
    const base = path.basename(path.resolve(start)) || 'root';
    let label = base;
    for (let n = 2; used.has(label.toLowerCase()); n++) label = `${base} (${n})`;
    used.add(label.toLowerCase());
    prefixes.push(label);
  }
  return prefixes;
}

/**
 * Every frame that the paths of a command line stand for, in order: files themselves, the files of folders in natural
 * order. What cannot be read (a path that does not exist, a folder without permission) is an item with its failure.
 */
export async function* sources(options: SourceOptions): AsyncGenerator<SourceItem, void, undefined> {
  const { paths, recursive, signal, requests } = options;
  const except = await Promise.all(options.except.map(real));
  const prefixes = await labelPrefixes(paths);

  for (const [i, start] of paths.entries()) {
    const unreadable: SourceItem[] = [];
    const isFolder = (await stat(start).catch(() => null))?.isDirectory() ?? false;
    const failed = (file: string, error: unknown): SourceItem => ({
      image: { path: file, frame: 0 },
      named: true,
      file,
      label: prefixes[i]!,
      failure: toErrorValue(error),
    });
    try {
      const startReal = except.length > 0 ? await real(start) : '';
      for await (const { path: file, name } of walk(start, {
        recursive,
        signal,
        ...(options.onLeftOut ? { onLeftOut: options.onLeftOut } : {}),
        onUnreadable: (error, file) => unreadable.push(failed(file, error)),
      })) {
        yield* unreadable.splice(0);
        if (isFolder && except.some((one) => isWithin(path.join(startReal, name), one))) continue;
        const label = isFolder ? [prefixes[i], name].filter(Boolean).join('/') : prefixes[i]!;
        yield* framesOf(
          { image: { path: file, frame: 0 }, named: !isFolder, file, label },
          options.frames,
          requests,
          signal,
        );
      }
    } catch (error) {
      signal.throwIfAborted();
      yield failed(start, error);
    }
    yield* unreadable;
  }
}

async function* framesOf(
  item: SourceItem,
  frames: SourceOptions['frames'],
  requests: Requests,
  signal: AbortSignal,
): AsyncGenerator<SourceItem> {
  if (frames === 'first') {
    yield item;
    return;
  }
  let count: number;
  try {
    count = (await requests.request('image.header', { path: item.image.path }, { signal })).frames;
  } catch (error) {
    signal.throwIfAborted();
    yield { ...item, failure: toErrorValue(error) };
    return;
  }
  for (let frame = 0; frame < count; frame++) {
    const label = count > 1 ? `${item.label}.frame${frame}` : item.label;
    yield { ...item, label, image: { path: item.image.path, frame } };
  }
}
