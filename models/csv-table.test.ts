import { describe, expect, test } from 'vitest';
import { parseCsv } from './csv-table.ts';

const rows = (text: string) => parseCsv(text).rows.map(({ row }) => row);

describe('a table of comma-separated values', () => {
  test.each([['a,b\n1,2\n'], ['a,b\r\n1,2\r\n\r\n'], ['\uFEFFa,b\r1,2'], ['a;b\n1;2'], [' a ,"b"\n"1",2']])(
    '%j',
    (text) => {
      expect(rows(text)).toEqual([{ a: '1', b: '2' }]);
    },
  );

  test('knows quotes, and lines by number', () => {
    const { rows } = parseCsv('a,b\n"x, ""y""\nz",1\n3,\n');
    expect(rows).toEqual([
      { line: 2, row: { a: 'x, "y"\nz', b: '1' } },
      { line: 4, row: { a: '3', b: '' } },
    ]);
  });

  test('may be empty', () => {
    expect(parseCsv('')).toEqual({ columns: [], rows: [] });
    expect(rows('a,b')).toEqual([]);
  });

  test.each([
    ['a,b\n1\n', 'line 2 has 1 fields, and the first line 2'],
    ['a,a\n1,2', 'two columns are called "a"'],
    ['a,b\n1,2\nx"y,2', 'line 3 has a quotation mark out of place'],
    ['a,b\n"1,2', 'line 2 has a quotation mark out of place'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCsv(text)).toThrow(new SyntaxError(message));
  });
});
