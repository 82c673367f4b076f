import { visualRuns } from './bidi.ts';
import type { FontSet, Run, Weight } from './fonts.ts';
import { charactersOf, pieces } from './line-breaks.ts';

export interface Style {
  size: number;
  weight: Weight;
  colour: string;
}

const LINE_HEIGHT = 1.36;
/** Noto Sans' ascent, the baseline of all fonts of a line, as a share of the size. */
const ASCENT = 1.07;
/** Kept, since the same words come again and again. */
const MOST_WIDTHS = 20_000;

/**
 * Scripts whose glyphs do not stand in the order of their characters, or stand for several of them. Not those written
 * from right to left: readers of PDF turn these round themselves, and Poppler would turn a replacement text round, too.
 */
const SHAPED = /[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/;
/** A script of its own gives the shaper its direction; a stretch of signs alone has none. */
const SIGNS_ALONE = /^[\p{Script=Common}\p{Script=Inherited}]*$/u;

/** What pdfkit writes at once, from left to right on the page. */
interface Piece extends Run {
  /** Handed to fontkit whole and not word by word: the words of a right-to-left run stand in the other order. */
  whole: boolean;
}

/** Sets lines of text in several fonts and directions with pdfkit, which itself knows only one font at a time. */
export class Typesetter {
  readonly #document: PDFKit.PDFDocument;
  readonly #fonts: FontSet;
  readonly #registered = new Set<string>();
  readonly #widths = new Map<string, number>();

  constructor(document: PDFKit.PDFDocument, fonts: FontSet) {
    this.#document = document;
    this.#fonts = fonts;
  }

  static lineHeight(style: Style): number {
    return style.size * LINE_HEIGHT;
  }

  /** In points. */
  width(text: string, style: Style): number {
    const key = `${style.size} ${style.weight} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = this.#pieces(text, style).reduce((sum, piece) => sum + this.#widthOf(piece, style), 0);
      if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear();
      this.#widths.set(key, width);
    }
    return width;
  }

  /** Lines no wider than `width`, in the order of reading; a line break of the text ends one. */
  wrap(text: string, width: number, style: Style): string[] {
    const lines: string[] = [];
    let line = '';
    let lineWidth = 0;
    const end = (): void => {
      if (line.trimEnd() !== '') lines.push(line.trimEnd());
      line = '';
      lineWidth = 0;
    };
    const add = (piece: string): void => {
      if (lineWidth + this.width(piece.trimEnd(), style) > width) end();
      line += piece;
      lineWidth += this.width(piece, style);
    };
    for (const paragraph of text.split('\n')) {
      for (const piece of pieces(paragraph.replace(/\s+/g, ' ').trim())) {
        // One piece that is too wide by itself (a digest, a path) is broken where it must be.
        if (this.width(piece.trimEnd(), style) > width) charactersOf(piece).forEach(add);
        else add(piece);
      }
      end();
    }
    return lines;
  }

  /** Writes one line with its top at `y`. */
  line(text: string, x: number, y: number, style: Style): void {
    const document = this.#document;
    const baseline = y + style.size * ASCENT;
    let at = x;
    for (const piece of this.#pieces(text, style)) {
      // What is copied or searched for is the text itself.
      const isShaped = SHAPED.test(piece.text);
      if (isShaped) document.markContent('Span', { actual: piece.text });
      this.#use(piece, style)
        .fillColor(style.colour)
        .text(piece.text, at, baseline, { lineBreak: false, baseline: 'alphabetic', ...optionsOf(piece) });
      if (isShaped) document.endMarkedContent();
      at += this.#widthOf(piece, style);
    }
  }

  lineRight(text: string, right: number, y: number, style: Style): void {
    this.line(text, right - this.width(text, style), y, style);
  }

  #pieces(text: string, { weight }: Style): Piece[] {
    return visualRuns(text.normalize('NFC')).flatMap(({ text: run, rightToLeft }): Piece[] => {
      const pieces = this.#fonts.runs(run, weight);
      if (!rightToLeft) return pieces.map((piece) => ({ ...piece, whole: false }));
      return pieces.reverse().map(({ font, text: part }) => ({
        font,
        text: SIGNS_ALONE.test(part) ? [...part].reverse().join('') : part,
        whole: true,
      }));
    });
  }

  #widthOf(piece: Piece, style: Style): number {
    return this.#use(piece, style).widthOfString(piece.text, optionsOf(piece));
  }

  #use(run: Run, style: Style): PDFKit.PDFDocument {
    if (!this.#registered.has(run.font)) {
      this.#document.registerFont(run.font, this.#fonts.bytes(run.font));
      this.#registered.add(run.font);
    }
    return this.#document.font(run.font).fontSize(style.size);
  }
}

/** With a list of features, even an empty one, pdfkit shapes the text whole. */
const optionsOf = ({ whole }: Piece): { features?: PDFKit.Mixins.OpenTypeFeatures[] } =>
  whole ? { features: [] } : {};
