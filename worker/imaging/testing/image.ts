import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeDicom, type DataSetValues } from '../dicom/write.ts';

/** A folder of its own for a test file; `remove` it afterwards. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'hifuse-imaging-'));
  private count = 0;

  /** Writes bytes under a fresh name. */
  file(bytes: Uint8Array): string {
    const path = join(this.path, `file-${++this.count}.dcm`);
    writeFileSync(path, bytes);
    return path;
  }

  /** Writes a DICOM file of {@link grayscale} with other values. */
  image(values: DataSetValues, transferSyntax?: string): string {
    return this.file(encodeDicom({ ...grayscale, ...values }, transferSyntax));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A sound image of 3 rows and 4 columns, unsigned, 12 bits in 16. */
export const grayscale = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
  SOPInstanceUID: '2.25.1',
  StudyInstanceUID: '2.25.2',
  SeriesInstanceUID: '2.25.3',
  Modality: 'OT',
  Rows: 3,
  Columns: 4,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  PixelData: Uint16Array.from({ length: 12 }, (_, i) => i * 100),
} satisfies DataSetValues;

/** A smooth picture with noise, as codecs meet it: `rows` x `columns` values below 2^bits. */
export function phantom(rows: number, columns: number, bits: number): Uint16Array<ArrayBuffer> {
  const largest = 2 ** bits - 1;
  let state = 1;
  return Uint16Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const noise = ((state >> 16) % 64) / 4096;
    return Math.max(
      0,
      Math.min(largest, Math.round(largest * (0.5 + 0.4 * Math.sin(x / 9) * Math.cos(y / 13) + noise))),
    );
  });
}
