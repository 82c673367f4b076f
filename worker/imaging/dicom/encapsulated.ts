import { HifuseError } from '../../../models/errors.ts';
import type { ReadableBytes } from '../image-file.ts';
import { LIMITS } from '../limits.ts';
import { ITEM, ItemReader, startsStream, UNDEFINED_LENGTH, walk, type Fragment, type Item } from './items.ts';
import type { Dicom, PixelElement } from './parse.ts';

/** Fragments of each frame; frames are found when asked for. */
export interface FrameIndex {
  fragments(frame: number): readonly Fragment[];
}

/**
 * Finds the frames of encapsulated pixel data (PS3.5 A.4): by the extended or basic offset table where it is there and
 * true, else by scanning the fragments: one per frame, all of one frame, or by where streams start.
 * Throws `dicom.corrupt` for what holds no fragments.
 */
export function indexFrames(source: ReadableBytes, dicom: Dicom, pixels: PixelElement, frames: number): FrameIndex {
  const items = new ItemReader(source);
  const table = items.at(pixels.offset);
  if (table?.tag !== ITEM || table.length === UNDEFINED_LENGTH) {
    throw new HifuseError('dicom.corrupt', { reason: 'no-fragments', file: source.name });
  }
  const origin = table.offset + table.length;
  return (
    extendedTable(dicom, items, origin, frames) ??
    basicTable(source, table, items, frames) ??
    scan(source, items, origin, frames)
  );
}

/** Extended Offset Table (PS3.3 C.7.6.3.1.8): one fragment per frame, 64-bit offsets. */
function extendedTable(dicom: Dicom, items: ItemReader, origin: number, frames: number): FrameIndex | null {
  const offsets = dicom.attributes.numbers('ExtendedOffsetTable');
  const lengths = dicom.attributes.numbers('ExtendedOffsetTableLengths');
  if (offsets.length !== frames || lengths.length !== frames) return null;
  for (const frame of [0, frames - 1]) if (items.at(origin + offsets[frame]!)?.tag !== ITEM) return null;
  return {
    fragments(frame) {
      const item = items.at(origin + offsets[frame]!);
      if (item?.tag !== ITEM) return [];
      return [{ offset: item.offset, length: Math.min(lengths[frame]!, item.length) }];
    },
  };
}

/** Basic Offset Table: where the first fragment of each frame stands. null if absent, or if it cannot be true. */
function basicTable(source: ReadableBytes, table: Item, items: ItemReader, frames: number): FrameIndex | null {
  if (table.length !== frames * 4 || frames === 1) return null;
  const bytes = source.read(table.offset, table.length);
  if (bytes.byteLength < table.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const origin = table.offset + table.length;
  const starts = Array.from({ length: frames }, (_, frame) => origin + view.getUint32(frame * 4, true));
  const rising = starts.every((start, frame) => frame === 0 || start > starts[frame - 1]!);
  // Offsets of 32 bits wrap in files above 4 GB, and some writers count from elsewhere: then the fragments tell.
  if (!rising || starts[0] !== origin || items.at(starts.at(-1)!)?.tag !== ITEM) return null;
  return {
    fragments(frame) {
      const end = starts[frame + 1] ?? Infinity;
      return [...walk(items, starts[frame]!, end)];
    },
  };
}

function scan(source: ReadableBytes, items: ItemReader, origin: number, frames: number): FrameIndex {
  const fragments = [...walk(items, origin, source.size)];
  const all = group(source, fragments, frames);
  return { fragments: (frame) => all[frame] ?? [] };
}

function group(
  source: ReadableBytes,
  fragments: readonly Fragment[],
  frames: number,
): readonly (readonly Fragment[])[] {
  if (frames === 1) return [fragments];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const groups: Fragment[][] = [];
  for (const fragment of fragments) {
    const group = groups.at(-1);
    if (!group || startsStream(source, fragment)) groups.push([fragment]);
    else group.push(fragment);
  }
  if (groups.length === frames) return groups;
  // Neither way gives the declared count: fewer frames than declared are there, one fragment each.
  if (fragments.length < frames) return fragments.map((fragment) => [fragment]);
  throw new HifuseError('dicom.corrupt', {
    reason: 'unassigned-fragments',
    file: source.name,
    fragments: fragments.length,
    frames,
  });
}

/** Reads and joins the fragments of one frame. Throws `dicom.corrupt`, `image.too-large`. */
export function readFragments(
  source: ReadableBytes,
  fragments: readonly Fragment[],
  frame: number,
): Uint8Array<ArrayBuffer> {
  const label = { file: source.name, frame: frame + 1 };
  const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
  if (length === 0) throw new HifuseError('dicom.corrupt', { reason: 'no-data', ...label });
  const last = fragments.at(-1)!;
  if (last.offset + last.length > source.size) {
    throw new HifuseError('dicom.corrupt', { reason: 'frame-cut', ...label });
  }
  if (length > LIMITS.compressedBytesPerFrame) {
    throw new HifuseError('image.too-large', { reason: 'compressed-bytes', ...label });
  }
  const [first, ...rest] = fragments;
  if (first && rest.length === 0) return source.read(first.offset, first.length);
  const joined = new Uint8Array(length);
  let at = 0;
  for (const fragment of fragments) {
    joined.set(source.read(fragment.offset, fragment.length), at);
    at += fragment.length;
  }
  return joined;
}
