import { inflateSync } from 'node:zlib';
import { hasEntropyFlaw } from '../dicom/codecs/jpeg-entropy.ts';
import { hasEnd } from '../dicom/codecs/jpeg-header.ts';
import { LIMITS } from '../limits.ts';
import type { TiffPage } from './tiff.ts';

/** Compressions whose data tells of damage: JPEG; deflate, and its number before the standard's. */
const JPEG = 7;
const DEFLATE: ReadonlySet<number> = new Set([8, 32946]);

/** SOI or EOI. */
const MARKER = 2;

/**
 * Whether the strips or tiles of a page are damaged though libtiff decodes them: it stops at the last pixel, before the
 * checksum of deflate and whatever else is left.
 */
export function isTiffDamaged({ compression, parts, jpegTables }: TiffPage): boolean {
  if (compression === JPEG) return parts.some((part) => isJpegDamaged(part, jpegTables));
  return DEFLATE.has(compression) && parts.some(isDeflateDamaged);
}

/** An abbreviated stream is looked at behind the tables that belong to it. */
function isJpegDamaged(part: Uint8Array, tables: Uint8Array | null): boolean {
  const whole = tables ? Buffer.concat([tables.subarray(0, -MARKER), part.subarray(MARKER)]) : part;
  try {
    return !hasEnd(whole) || hasEntropyFlaw(whole);
  } catch {
    return true;
  }
}

function isDeflateDamaged(part: Uint8Array): boolean {
  try {
    inflateSync(part, { maxOutputLength: LIMITS.bytesPerFrame });
    return false;
  } catch {
    return true;
  }
}
