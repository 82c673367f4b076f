import type { FontSet, Run, Weight } from './fonts.ts';

export interface Style {
  size: number;
  weight: Weight;
  colour: string;
}

/** Between these a line may break without a space. */
const BREAKABLE = /[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]/;
const LINE_HEIGHT = 1.36;

/** 'some words、かな' -> the smallest pieces that stay together, spaces kept at their ends. */
function pieces(text: string): string[] {
  const result: string[] = [];
  for (const word of text.match(/\S+\s*|\s+/g) ?? []) {
    let piece = '';
    for (const character of word) {
      if (piece !== '' && (BREAKABLE.test(character) || BREAKABLE.test(piece.at(-1)!))) {
        result.push(piece);
        piece = '';
      }
      piece += character;
    }
    result.push(piece);
  }
  return result;
}

/** Sets lines of text in several fonts with pdfkit, which itself knows only one font at a time. */
export class Typesetter {
  readonly #document: PDFKit.PDFDocument;
  readonly #fonts: FontSet;
  readonly #registered = new Set<string>();

  constructor(document: PDFKit.PDFDocument, fonts: FontSet) {
    this.#document = document;
    this.#fonts = fonts;
  }

  static lineHeight(style: Style): number {
    return style.size * LINE_HEIGHT;
  }

  width(text: string, style: Style): number {
    return this.#fonts
      .runs(text, style.weight)
      .reduce((sum, run) => sum + this.#use(run, style).widthOfString(run.text), 0);
  }

  /** Lines no wider than `width`; the last of `maxLines` ends with '…' where more would follow. */
  wrap(text: string, width: number, style: Style, maxLines = Infinity): string[] {
    const fits = (line: string): boolean => this.width(line.trimEnd(), style) <= width;
    const lines: string[] = [];
    let line = '';
    const queue = pieces(text.replace(/\s+/g, ' ').trim());
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
      if (fits(line + piece)) {
        line += piece;
      } else if (line !== '') {
        lines.push(line.trimEnd());
        line = '';
        queue.unshift(piece);
      } else {
        // One piece that is too wide by itself (a digest, a path): broken where it must be.
        let end = piece.length - 1;
        while (end > 1 && !fits(piece.slice(0, end))) end--;
        lines.push(piece.slice(0, end));
        queue.unshift(piece.slice(end));
      }
    }
    if (line !== '') lines.push(line.trimEnd());
    if (lines.length <= maxLines) return lines;
    let last = lines[maxLines - 1]!;
    while (last !== '' && !fits(`${last}…`)) last = last.slice(0, -1);
    return [...lines.slice(0, maxLines - 1), `${last.trimEnd()}…`];
  }

  /** Writes one line with its top at `y`. */
  line(text: string, x: number, y: number, style: Style): void {
    // A common baseline for all fonts of the line; 1.07 is Noto Sans' ascent.
    const baseline = y + style.size * 1.07;
    let at = x;
    for (const run of this.#fonts.runs(text, style.weight)) {
      const document = this.#use(run, style);
      const width = document.widthOfString(run.text);
      document.fillColor(style.colour).text(run.text, at, baseline, { lineBreak: false, baseline: 'alphabetic' });
      at += width;
    }
  }

  lineRight(text: string, right: number, y: number, style: Style): void {
    this.line(text, right - this.width(text, style), y, style);
  }

  /** Writes wrapped text with its top at `y`. @returns the y below it */
  paragraph(text: string, x: number, y: number, width: number, style: Style, maxLines = Infinity): number {
    let top = y;
    for (const line of this.wrap(text, width, style, maxLines)) {
      this.line(line, x, top, style);
      top += Typesetter.lineHeight(style);
    }
    return top;
  }

  #use(run: Run, style: Style): PDFKit.PDFDocument {
    if (!this.#registered.has(run.font)) {
      this.#document.registerFont(run.font, this.#fonts.bytes(run.font));
      this.#registered.add(run.font);
    }
    return this.#document.font(run.font).fontSize(style.size);
  }
}
