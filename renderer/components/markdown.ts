/**
 * The part of Markdown that model cards use, as data: headings, paragraphs, lists, tables, code, emphasis. Nothing of a
 * card is ever taken as HTML, and links are text, since the app goes nowhere.
 */
export interface Inline {
  kind: 'text' | 'strong' | 'emphasis' | 'code';
  text: string;
}

export type Block =
  | { kind: 'heading'; level: number; inlines: Inline[] }
  | { kind: 'paragraph'; inlines: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; text: string };

/** Longest address of a link; what is longer is text. */
const ADDRESS_LIMIT = 2000;

/** Where a character stands next, found once for all that ask from before it: a line is gone through only once. */
class Finder {
  readonly #text: string;
  readonly #found = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Index of `character` at or after `from`; the length of the text where there is none. */
  next(character: string, from: number): number {
    const known = this.#found.get(character) ?? -1;
    if (known >= from) return known;
    const at = this.#text.indexOf(character, from);
    const found = at < 0 ? this.#text.length : at;
    this.#found.set(character, found);
    return found;
  }
}

/** What begins at `at`, and where it ends; null where nothing does. */
function inlineAt(text: string, at: number, finder: Finder): { inline: Inline; end: number } | null {
  const closed = (kind: Inline['kind'], mark: string, character: string) => {
    const start = at + mark.length;
    const end = finder.next(character, start);
    if (end === start || !text.startsWith(mark, end)) return null;
    return { inline: { kind, text: text.slice(start, end) }, end: end + mark.length };
  };
  switch (text[at]) {
    case '`':
      return closed('code', '`', '`');
    case '*':
      if (text[at + 1] === '*') return closed('strong', '**', '*');
      return /\s/.test(text[at + 1] ?? ' ') ? null : closed('emphasis', '*', '*');
    case '[': {
      const end = finder.next(']', at + 1);
      if (text[end + 1] !== '(') return null;
      const close = finder.next(')', end + 2);
      if (close === text.length || close - end > ADDRESS_LIMIT) return null;
      const address = text.slice(end + 2, close);
      if (/\s/.test(address)) return null;
      const label = text.slice(at + 1, end);
      const shown = label === address ? label : `${label} (${address})`;
      return { inline: { kind: 'text', text: shown }, end: close + 1 };
    }
    default:
      return null;
  }
}

/** Emphasis, code and links within a line. A link becomes 'text (address)'. Time grows with the length of the text alone. */
export function parseInlines(text: string): Inline[] {
  const result: Inline[] = [];
  const finder = new Finder(text);
  let from = 0;
  for (let at = 0; at < text.length;) {
    const found = inlineAt(text, at, finder);
    if (!found) {
      at++;
      continue;
    }
    if (at > from) result.push({ kind: 'text', text: text.slice(from, at) });
    result.push(found.inline);
    from = at = found.end;
  }
  if (from < text.length) result.push({ kind: 'text', text: text.slice(from) });
  return result;
}

// Anchored, and without two parts side by side that could share the same characters: a long line costs no more than that.
const HEADING = /^(#{1,6})\s+(?=\S)/;
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(?=\S)/;
const RULE = /^[\s:|-]*$/;
const FENCE = /^```/;

/** The text of a heading, without the marks that may end it. */
function headingText(line: string, start: number): string {
  let end = line.trimEnd().length;
  while (end > start && line[end - 1] === '#') end--;
  return line.slice(start, end).trimEnd();
}

const isRule = (row: string): boolean => RULE.test(row) && row.includes('-');

const cells = (line: string): Inline[][] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => parseInlines(cell.trim()));

const startsBlock = (line: string): boolean =>
  line.trim() === '' || HEADING.test(line) || ITEM.test(line) || FENCE.test(line) || line.trim().startsWith('|');

/** Takes lines from `at` on while they belong together. */
function take(lines: readonly string[], at: number, belongs: (line: string) => boolean): string[] {
  const taken: string[] = [];
  for (let i = at; i < lines.length && belongs(lines[i]!); i++) taken.push(lines[i]!);
  return taken;
}

export function parseMarkdown(source: string): Block[] {
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = HEADING.exec(line);
    if (line.trim() === '' || /^(?:-{3,}|\*{3,})$/.test(line.trim())) {
      at++;
    } else if (heading) {
      blocks.push({
        kind: 'heading',
        level: heading[1]!.length,
        inlines: parseInlines(headingText(line, heading[0].length)),
      });
      at++;
    } else if (FENCE.test(line)) {
      const inside = take(lines, at + 1, (one) => !FENCE.test(one));
      blocks.push({ kind: 'code', text: inside.join('\n') });
      at += inside.length + 2;
    } else if (line.trim().startsWith('|')) {
      const [head = '', ...rest] = take(lines, at, (one) => one.trim().startsWith('|'));
      const rows = rest.filter((row) => !isRule(row)).map(cells);
      blocks.push({ kind: 'table', head: cells(head), rows });
      at += rest.length + 1;
    } else if (ITEM.test(line)) {
      const items: string[] = [];
      // An item goes on over indented lines.
      const taken = take(lines, at, (one) => ITEM.test(one) || /^\s+\S/.test(one));
      for (const one of taken) {
        const item = ITEM.exec(one);
        if (item) items.push(one.slice(item[0].length));
        else items[items.length - 1] += ` ${one.trim()}`;
      }
      blocks.push({ kind: 'list', ordered: ITEM.exec(line)?.[1] !== undefined, items: items.map(parseInlines) });
      at += taken.length;
    } else {
      const [first = '', ...rest] = [line, ...take(lines, at + 1, (one) => !startsBlock(one))];
      blocks.push({ kind: 'paragraph', inlines: parseInlines([first, ...rest].map((one) => one.trim()).join(' ')) });
      at += rest.length + 1;
    }
  }
  return blocks;
}
