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

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]*)\]\(([^)\s]*)\)/g;

/** Emphasis, code and links within a line. A link becomes 'text (address)'. */
export function parseInlines(text: string): Inline[] {
  const result: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) result.push({ kind: 'text', text: text.slice(from, match.index) });
    const [whole, code, strong, emphasis, label, address] = match;
    if (code !== undefined) result.push({ kind: 'code', text: code });
    else if (strong !== undefined) result.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) result.push({ kind: 'emphasis', text: emphasis });
    else result.push({ kind: 'text', text: label === address ? (label ?? '') : `${label} (${address})` });
    from = match.index + whole.length;
  }
  if (from < text.length) result.push({ kind: 'text', text: text.slice(from) });
  return result;
}

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$/;
const FENCE = /^```/;

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
    if (line.trim() === '' || /^\s*(---+|\*\*\*+)\s*$/.test(line)) {
      at++;
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]!.length, inlines: parseInlines(heading[2]!) });
      at++;
    } else if (FENCE.test(line)) {
      const inside = take(lines, at + 1, (one) => !FENCE.test(one));
      blocks.push({ kind: 'code', text: inside.join('\n') });
      at += inside.length + 2;
    } else if (line.trim().startsWith('|')) {
      const [head = '', ...rest] = take(lines, at, (one) => one.trim().startsWith('|'));
      const rows = rest.filter((row) => !RULE.test(row)).map(cells);
      blocks.push({ kind: 'table', head: cells(head), rows });
      at += rest.length + 1;
    } else if (ITEM.test(line)) {
      const items: string[] = [];
      // An item goes on over indented lines.
      const taken = take(lines, at, (one) => ITEM.test(one) || /^\s+\S/.test(one));
      for (const one of taken) {
        const item = ITEM.exec(one);
        if (item) items.push(item[2]!);
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
