import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { warning } from '../../models/warnings.ts';
import { fakeManifest, fakeModel, fakePrediction } from '../testing/fakes.ts';
import { resultRow, resultsHeader, type ResultRow } from './row.ts';
import { RESULTS_FORMATS, type ResultsFormat } from './writer.ts';

const manifest = fakeManifest();
const header = resultsHeader(fakeModel({ manifest }));
const classNames = manifest.classes.map(({ name }) => name);

const good = (file: string, frame = 0): ResultRow =>
  resultRow(file, frame, { status: 'ok', prediction: fakePrediction({ path: file, frame }), error: null });
const bad = (file: string, message: string): ResultRow => ({
  ...resultRow(file, 0, { status: 'failed', prediction: null, error: { code: 'image.corrupt' } }),
  error: { code: 'image.corrupt', message },
});

function write(format: ResultsFormat, rows: readonly ResultRow[], complete = true): string {
  const writer = RESULTS_FORMATS[format].open(header, classNames);
  return [writer.begin(), ...rows.map((row) => writer.row(row)), writer.end(complete)].join('');
}

/** A reader of RFC 4180, written from its grammar. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let record: string[] = [];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 40)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

describe('CSV', () => {
  it('has the columns of the format, then what made the row', () => {
    expect(parseCsv(write('csv', []))).toEqual([
      [
        ...['file', 'frame', 'status', 'top1', 'p:bacterial pneumonia', 'p:normal', 'p:viral pneumonia'],
        ...[
          'error_code',
          'error_message',
          'verdict',
          'verdict_reasons',
          'set',
          'warnings',
          'warning_messages',
          'shown_anyway',
        ],
        ...['model', 'weights_sha256', 'device', 'calibrated', 'software', 'notice'],
      ],
    ]);
  });

  it('writes predictions and failures', () => {
    const [, ok, failed] = parseCsv(write('csv', [good('a.png', 3), bad('b.png', 'the "end" is cut off')]));
    expect(ok!.slice(0, 9)).toEqual(['a.png', '3', 'ok', 'normal', '0.200000', '0.700000', '0.100000', '', '']);
    expect(failed!.slice(0, 9)).toEqual([
      'b.png',
      '0',
      'failed',
      '',
      '',
      '',
      '',
      'image.corrupt',
      'the "end" is cut off',
    ]);
    expect(ok!.at(-1)).toContain('research use only');
    expect(ok!.slice(15, 18)).toEqual(['chest 1.0.0', 'ab'.repeat(32), 'onnx cpu float32']);
  });

  it('writes warnings with their codes and sentences', () => {
    const warned = [warning('dicom.no-preamble'), warning('dicom.bytes-missing', { count: 20 })];
    const prediction = { ...fakePrediction({ path: 'a.dcm', frame: 0 }), warnings: warned };
    const row = resultRow('a.dcm', 0, { status: 'ok', prediction, error: null });
    const [, fields] = parseCsv(write('csv', [row]));
    expect(fields!.slice(12, 14)).toEqual([
      'dicom.no-preamble dicom.bytes-missing',
      'The DICOM preamble is missing. The file has 20 bytes fewer than its image needs.',
    ]);
    expect(row.warnings).toEqual([
      { code: 'dicom.no-preamble', details: {}, message: 'The DICOM preamble is missing.' },
      {
        code: 'dicom.bytes-missing',
        details: { count: 20 },
        message: 'The file has 20 bytes fewer than its image needs.',
      },
    ]);
  });

  it('writes the verdict, its reasons as codes, and the set beside the numbers', () => {
    const prediction = {
      ...fakePrediction({ path: 'a.dcm', frame: 0 }),
      verdict: {
        state: 'outside',
        reasons: [{ code: 'use.modality', details: { given: 'CT', meant: 'CR' } }, { code: 'pixels.unusual' }],
        oodScore: 2.5,
      } as const,
      set: { coverage: 0.9, names: ['normal', 'viral pneumonia'] },
    };
    const row = resultRow('a.dcm', 0, { status: 'ok', prediction, error: null });
    const [, fields] = parseCsv(write('csv', [row]));
    expect(fields!.slice(9, 12)).toEqual(['outside', 'use.modality pixels.unusual', 'normal; viral pneumonia']);
    expect(row).toMatchObject({
      top1: 'normal',
      verdict: {
        state: 'outside',
        reasons: [
          { code: 'use.modality', details: { given: 'CT', meant: 'CR' } },
          { code: 'pixels.unusual', details: {} },
        ],
        oodScore: 2.5,
      },
      set: ['normal', 'viral pneumonia'],
    });
    expect(bad('b.png', '')).toMatchObject({ verdict: null, set: null });
    expect(fields![14]).toBe('');
    const asked = resultRow('a.dcm', 0, { status: 'ok', prediction, error: null }, true);
    expect(asked.shownAnyway).toBe(true);
    expect(parseCsv(write('csv', [asked]))[1]![14]).toBe('true');
    const inside = { ...prediction, verdict: { ...prediction.verdict, state: 'inside' as const } };
    expect(resultRow('a.dcm', 0, { status: 'ok', prediction: inside, error: null }, true).shownAnyway).toBeUndefined();
  });

  it('gives any file name and message back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (name, message) => {
        const [, row] = parseCsv(write('csv', [bad(`x${name}`, `x${message}`)]));
        expect([row![0], row![8]]).toEqual([`x${name}`, `x${message}`]);
      }),
    );
  });

  it.each(['a;=1+1.png', 'a\t=1+1.png', 'a|b.png', 'a\vb.png', ' a.png', 'a\u2028b.png'])(
    'keeps %j in one field, whichever separator a spreadsheet takes',
    (name) => {
      expect(write('csv', [bad('a', `x${name} `), bad(name, '')])).toContain(`"x${name} "`);
      expect(
        write('csv', [bad(name, '')])
          .split('\r\n')[1]!
          .startsWith(`"${name}",`),
      ).toBe(true);
    },
  );

  it.each(['=cmd|calc.png', '+1.png', '-1.png', '@sum.png', '\tx.png', '\n=1.png', '＝1+1.png'])(
    'lets no spreadsheet run %j',
    (name) => {
      const [, row] = parseCsv(write('csv', [good(name)]));
      expect(row![0]).toBe(`./${name}`);
      const [, failed] = parseCsv(write('csv', [bad('a', name)]));
      expect(failed![8]).toBe(`'${name}`);
    },
  );
});

describe('JSON', () => {
  it('is the object of the format', () => {
    const rows = [good('a.png'), bad('b.png', 'cut off')];
    expect(JSON.parse(write('json', rows))).toEqual({ ...header, results: rows, complete: true });
    expect(header).toMatchObject({
      schema: 1,
      model: { id: 'chest', version: '1.0.0', weightsSha256: 'ab'.repeat(32) },
      engine: 'onnx',
      device: 'cpu',
      precision: 'float32',
      calibrated: false,
    });
    expect(rows[0]).toMatchObject({ file: 'a.png', frame: 0, status: 'ok', top1: 'normal', ms: 6.3, error: null });
    expect(rows[1]).toMatchObject({ status: 'failed', top1: null, classes: [], ms: null });
  });

  it('is valid without rows and says when it was interrupted', () => {
    expect(JSON.parse(write('json', [], false))).toEqual({ ...header, results: [], complete: false });
  });
});
