import { HifuseError } from '../../models/errors.ts';
import type { ImageHeader } from '../protocol.ts';
import { looksLikeDicom } from './dicom/parse.ts';
import type { ReadableBytes } from './image-file.ts';
import { rasterFormat } from './raster/format.ts';

/** Enough for a DICOM preamble and the first elements. */
const SNIFFED_BYTES = 1024;

/**
 * The format of a file by its content; its name does not count. 'DICM' goes before everything else, since the preamble
 * before it may be the header of a TIFF file. Throws `file.unreadable`, `image.unknown-format`.
 */
export function sniff(file: ReadableBytes): ImageHeader['format'] {
  const start = file.read(0, SNIFFED_BYTES);
  const magic = new TextDecoder('latin1').decode(start.subarray(128, 132)) === 'DICM';
  const format = magic ? 'dicom' : (rasterFormat(start) ?? (looksLikeDicom(start) ? 'dicom' : null));
  if (format) return format;
  throw new HifuseError('image.unknown-format', { reason: 'content', file: file.name });
}
