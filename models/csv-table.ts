/** A row by the names of the columns, as the first row spells them. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * Reads comma-separated values with a first row of names (RFC 4180; line ends of any system, an optional byte order mark;
 * semicolons where the first row has them and no comma, as spreadsheets write in some countries). Empty lines count not.
 *
 * @returns rows with their line numbers, from 2 on
 * @throws SyntaxError naming the line
 */
export function parseCsv(text: string): { columns: string[]; rows: { line: number; row: CsvRow }[] } {
  const source = text.replace(/^\uFEFF/, '');
  const firstLine = /^[^\r\n]*/.exec(source)![0];
  const separator = !firstLine.includes(',') && firstLine.includes(';') ? ';' : ',';
  const [head, ...records] = [...readRecords(source, separator)];
  if (!head) return { columns: [], rows: [] };
  const columns = head.fields.map((name) => name.trim());
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw new SyntaxError(`two columns are called "${twice}"`);
  return {
    columns,
    rows: records.map(({ line, fields }) => {
      if (fields.length !== columns.length) {
        throw new SyntaxError(`line ${line} has ${fields.length} fields, and the first line ${columns.length}`);
      }
      return { line, row: Object.fromEntries(columns.map((name, i) => [name, fields[i]!.trim()])) };
    }),
  };
}

/** One field, quoted or not, and what ends it. */
const FIELD = {
  ',': /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y,
  ';': /(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r\n|\n|\r|$)/y,
};

function* readRecords(source: string, separator: ',' | ';'): Generator<{ line: number; fields: string[] }> {
  const pattern = new RegExp(FIELD[separator]);
  let line = 1;
  let fields: string[] = [];
  let start = line;
  for (let position = 0; position < source.length || fields.length > 0; position = pattern.lastIndex) {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (!match) throw new SyntaxError(`line ${line} has a quotation mark out of place`);
    const [whole, quoted, plain, end] = match;
    fields.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === separator) continue;
    if (fields.length > 1 || fields[0] !== '') yield { line: start, fields };
    fields = [];
    start = line;
    if (end === '') return;
  }
}
