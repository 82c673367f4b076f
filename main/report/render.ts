import PDFDocument from 'pdfkit';
import { software } from '../about.ts';
import type { Fact, ReportContent } from './content.ts';
import { FontSet, MISSING } from './fonts.ts';
import type { RenderedOverlay } from './overlay.ts';
import {
  ACCENT,
  BAR,
  FOOTER_TOP,
  GUTTER,
  HALF,
  LEFT,
  PAGE,
  RIGHT,
  RULE,
  STYLES,
  TRACK,
  WARNING,
  WIDTH,
} from './page.ts';
import { CAPTIONS, drawPictures } from './pictures.ts';
import { Typesetter } from './typesetter.ts';

/** Height of the pictures; shrinks when the words need more of the page. */
const PICTURES = { tallest: 250, lowest: 110 } as const;

/** More would leave no room for the pictures. */
const MOST_CAUTION_LINES = 6;

/** What is drawn below y, or only measured: the y below it. */
type Block = (y: number, draw: boolean) => number;

/**
 * Draws a report on one A4 page.
 * @param pictures the image and its overlay; the overlay is left out where the content has no caption for it
 * @returns the PDF
 */
export async function renderReport(
  content: ReportContent,
  pictures: RenderedOverlay,
): Promise<Uint8Array<ArrayBuffer>> {
  const document = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: content.title, Creator: software, Producer: software, Subject: content.notice },
  });
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', resolve)
      .on('error', reject);
  });
  const fonts = new FontSet();
  drawPage(document, new Typesetter(document, fonts), fonts, content, pictures);
  document.end();
  await finished;
  return new Uint8Array(Buffer.concat(chunks));
}

function drawPage(
  document: PDFKit.PDFDocument,
  type: Typesetter,
  fonts: FontSet,
  content: ReportContent,
  pictures: RenderedOverlay,
): void {
  let y: number = PAGE.margin;
  y = drawHeader(document, type, content, y);
  const left = drawFacts(type, content.patient, LEFT, y, HALF, 74, true);
  const right = drawFacts(type, content.study, LEFT + HALF + GUTTER, y, HALF, 74, true);
  y = Math.max(left, right) + 8;

  const below = belowPictures(document, type, fonts, content);
  const room = FOOTER_TOP - 8 - y - CAPTIONS - below(0, false);
  const height = Math.max(PICTURES.lowest, Math.min(PICTURES.tallest, room));
  y = drawPictures(document, type, content, pictures, y, height) + 6;
  below(y, true);
  drawFooter(document, type, content);
}

function drawHeader(document: PDFKit.PDFDocument, type: Typesetter, content: ReportContent, y: number): number {
  type.line(content.title, LEFT, y, STYLES.title);
  type.lineRight(software, RIGHT, y + 2, STYLES.label);
  type.lineRight(content.created, RIGHT, y + 13, STYLES.label);
  const top = y + 31;
  document.roundedRect(LEFT, top, WIDTH, 22, 3).fillAndStroke(WARNING.fill, WARNING.edge);
  type.line(content.notice, LEFT + 10, top + 4.6, STYLES.notice);
  return top + 32;
}

/** Labels and values, one below the other. */
function drawFacts(
  type: Typesetter,
  facts: readonly Fact[],
  x: number,
  y: number,
  width: number,
  labelWidth: number,
  draw: boolean,
  maxLines = 2,
): number {
  let top = y;
  for (const [label, value] of facts) {
    const lines = type.wrap(value, width - labelWidth, STYLES.body, maxLines);
    if (draw) {
      type.line(label, x, top + 0.5, STYLES.label);
      lines.forEach((line, i) => {
        type.line(line, x + labelWidth, top + i * Typesetter.lineHeight(STYLES.body), STYLES.body);
      });
    }
    top += Math.max(1, lines.length) * Typesetter.lineHeight(STYLES.body) + 0.8;
  }
  return top;
}

/** Everything under the pictures; measured first, since the pictures take what is left. */
function belowPictures(document: PDFKit.PDFDocument, type: Typesetter, fonts: FontSet, content: ReportContent): Block {
  const rule = (y: number): void => {
    document.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.6).stroke(RULE);
  };
  const blocks: Block[] = [
    (y, draw) => {
      if (draw) {
        type.line(content.headline, LEFT, y, STYLES.verdict);
        if (content.set) type.line(content.set, LEFT, y + 17, STYLES.body);
      }
      return y + (content.set ? 34 : 20);
    },
    (y, draw) => {
      const columns = { name: LEFT, bar: LEFT + 190, percent: RIGHT - 62, logit: RIGHT };
      if (draw) {
        type.line(content.words.classes.name, columns.name, y, STYLES.label);
        type.lineRight(content.words.classes.probability, columns.percent, y, STYLES.label);
        type.lineRight(content.words.classes.logit, columns.logit, y, STYLES.label);
      }
      let top = y + 13;
      for (const { name, probability, percent, logit, top: isTop } of content.classes) {
        if (draw) {
          const style = isTop ? STYLES.strong : STYLES.body;
          const full = columns.percent - 62 - columns.bar;
          type.line(type.wrap(name, columns.bar - LEFT - 8, style, 1)[0] ?? '', columns.name, top, style);
          document.rect(columns.bar, top + 2.5, full, 7).fill(TRACK);
          document.rect(columns.bar, top + 2.5, Math.max(0.8, full * probability), 7).fill(isTop ? ACCENT : BAR);
          type.lineRight(percent, columns.percent, top, style);
          type.lineRight(logit, columns.logit, top, style);
        }
        top += 14;
      }
      if (content.omitted) {
        if (draw) type.line(content.omitted, LEFT, top, STYLES.label);
        top += 13;
      }
      const note = type.wrap(content.calibration, WIDTH, STYLES.label, 2);
      if (draw) type.paragraph(content.calibration, LEFT, top + 1, WIDTH, STYLES.label, 2);
      return top + 1 + note.length * Typesetter.lineHeight(STYLES.label) + 6;
    },
    (y, draw) => {
      if (content.cautions.length === 0) return y;
      const lines = cautionLines(type, content);
      const height = lines.length * Typesetter.lineHeight(STYLES.warning) + 9;
      if (draw) {
        document.roundedRect(LEFT, y, WIDTH, height, 3).fill(WARNING.fill);
        lines.forEach((line, i) => {
          type.line(line, LEFT + 10, y + 4 + i * Typesetter.lineHeight(STYLES.warning), STYLES.warning);
        });
      }
      return y + height + 8;
    },
    (y, draw) => {
      if (draw) {
        rule(y);
        type.line(content.words.howMade, LEFT, y + 6, STYLES.section);
        type.line(content.words.about, LEFT + HALF + GUTTER, y + 6, STYLES.section);
      }
      const top = y + 22;
      const made = drawFacts(type, content.provenance, LEFT, top, HALF, 84, draw, 3);
      const about = drawFacts(type, content.about, LEFT + HALF + GUTTER, top, HALF, 58, draw, 9);
      return Math.max(made, about);
    },
    (y, draw) => {
      if (fonts.missing === 0) return y;
      if (draw) type.line(content.words.missingCharacters(MISSING), LEFT, y + 2, STYLES.small);
      return y + 12;
    },
  ];
  return (start, draw) => blocks.reduce((y, block) => block(y, draw), start);
}

/** Lines of the warnings that have room; where some have none, that is said. */
function cautionLines(type: Typesetter, { cautions, words }: ReportContent): string[] {
  const lines: string[] = [];
  for (const [i, text] of cautions.entries()) {
    const wrapped = type.wrap(text, WIDTH - 20, STYLES.warning, 2);
    const isLast = i === cautions.length - 1;
    if (lines.length + wrapped.length > MOST_CAUTION_LINES - (isLast ? 0 : 1)) {
      return [...lines, words.moreWarnings(cautions.length - i)];
    }
    lines.push(...wrapped);
  }
  return lines;
}

function drawFooter(document: PDFKit.PDFDocument, type: Typesetter, content: ReportContent): void {
  document.moveTo(LEFT, FOOTER_TOP).lineTo(RIGHT, FOOTER_TOP).lineWidth(0.6).stroke(RULE);
  type.paragraph(content.footer, LEFT, FOOTER_TOP + 5, WIDTH, STYLES.small, 2);
}
