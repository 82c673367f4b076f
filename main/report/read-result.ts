import { inflateSync } from 'node:zlib';
import { HifuseError } from '../../models/errors.ts';
import type { ReportedResult } from './attachment.ts';

/** A result is some kilobytes; more would be somebody's attempt on the memory. */
const LARGEST = 16 * 2 ** 20;

/** Dictionary of an embedded file as our writer writes it (ISO 32000-1, 7.11.4), up to its stream. */
const EMBEDDED = /<<\s*\/Type \/EmbeddedFile\b[\s\S]{0,2000}?\/Length (\d+)[\s\S]{0,200}?>>\s*stream\r?\n/g;

/**
 * The result that a report of ours has attached.
 * @throws HifuseError `report.unreadable` where the file is none, or another program wrote it anew
 */
export function readResult(pdf: Uint8Array, file: string): ReportedResult {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  if (bytes.subarray(0, 5).toString('latin1') !== '%PDF-') throw new HifuseError('report.unreadable', { file });
  for (const match of bytes.toString('latin1').matchAll(EMBEDDED)) {
    const start = match.index + match[0].length;
    try {
      const text = inflateSync(bytes.subarray(start, start + Number(match[1])), { maxOutputLength: LARGEST });
      const result = JSON.parse(text.toString('utf8')) as Partial<ReportedResult> | null;
      if (isReport(result)) return result;
    } catch {
      // Another attachment, or a damaged one.
    }
  }
  throw new HifuseError('report.unreadable', { file });
}

/** Whether it has all that a verification compares. */
function isReport(value: Partial<ReportedResult> | null): value is ReportedResult {
  return (
    value?.kind === 'hifuse-report' &&
    [value.pixelsSha256, value.engine, value.device, value.precision].every((one) => typeof one === 'string') &&
    typeof value.model?.id === 'string' &&
    typeof value.result?.frame === 'number' &&
    Array.isArray(value.result.classes)
  );
}
