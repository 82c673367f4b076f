import PDFDocument from 'pdfkit';
import { heatColour } from '../../models/imaging/heatmap.ts';
import { software } from '../about.ts';
import type { Fact, ReportContent } from './content.ts';
import { FontSet, MISSING } from './fonts.ts';
import type { RenderedOverlay } from './overlay.ts';
import { Typesetter, type Style } from './typesetter.ts';

/** A4 in points. */
const PAGE = { width: 595.28, height: 841.89, margin: 42 } as const;
const LEFT = PAGE.margin;
const RIGHT = PAGE.width - PAGE.margin;
const WIDTH = RIGHT - LEFT;
const GUTTER = 16;
const HALF = (WIDTH - GUTTER) / 2;
const FOOTER_TOP = PAGE.height - PAGE.margin - 18;

const INK = '#1c2430';
const MUTED = '#5b6675';
const RULE = '#d5dbe3';
const ACCENT = '#1f5fa8';
const BAR = '#9db8d6';
const TRACK = '#edf1f6';
const WARNING = { fill: '#fff6e5', edge: '#b26a00', text: '#6b3f00' } as const;

const STYLES = {
  title: { size: 17, weight: 700, colour: INK },
  section: { size: 9.5, weight: 700, colour: INK },
  body: { size: 8.5, weight: 400, colour: INK },
  strong: { size: 8.5, weight: 700, colour: INK },
  label: { size: 8, weight: 400, colour: MUTED },
  small: { size: 7.2, weight: 400, colour: MUTED },
  verdict: { size: 12, weight: 700, colour: INK },
  warning: { size: 8.2, weight: 400, colour: WARNING.text },
  notice: { size: 9.5, weight: 700, colour: WARNING.text },
} as const satisfies Record<string, Style>;

/** Height of the pictures; shrinks when the words need more of the page. */
const PICTURES = { tallest: 250, lowest: 110 } as const;

/** Height of the captions and the scale under the pictures. */
const CAPTIONS = 44;

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

function drawPictures(
  document: PDFKit.PDFDocument,
  type: Typesetter,
  content: ReportContent,
  pictures: RenderedOverlay,
  y: number,
  height: number,
): number {
  const frames = [
    { png: pictures.image, caption: content.imageCaption, x: LEFT },
    ...(content.overlayCaption
      ? [{ png: pictures.overlay, caption: content.overlayCaption, x: LEFT + HALF + GUTTER }]
      : []),
  ];
  const scale = Math.min(HALF / pictures.width, height / pictures.height);
  const size = { width: pictures.width * scale, height: pictures.height * scale };
  for (const { png, caption, x } of frames) {
    const box = { x: x + (HALF - size.width) / 2, y: y + (height - size.height) / 2 };
    document.rect(x, y, HALF, height).fill('#0b0e12');
    document.image(Buffer.from(png), box.x, box.y, size);
    type.paragraph(caption, x, y + height + 4, HALF, STYLES.small, 2);
  }
  if (content.cropped) {
    drawSeen(document, pictures, LEFT + (HALF - size.width) / 2, y + (height - size.height) / 2, scale);
  }
  if (content.overlayCaption) drawScale(document, type, content, LEFT + HALF + GUTTER + 2, y + height + 26);
  return y + height + CAPTIONS;
}

/** Marks the part that the network saw. */
function drawSeen(
  document: PDFKit.PDFDocument,
  { region }: RenderedOverlay,
  x: number,
  y: number,
  scale: number,
): void {
  document
    .rect(x + region.left * scale, y + region.top * scale, region.width * scale, region.height * scale)
    .lineWidth(0.8)
    .dash(3, { space: 2 })
    .stroke('#ffd166')
    .undash();
}

/** The colours of the heat map with the values that they stand for. */
function drawScale(document: PDFKit.PDFDocument, type: Typesetter, content: ReportContent, x: number, y: number): void {
  const steps = 64;
  const width = 96;
  for (let i = 0; i < steps; i++) {
    document.rect(x + (i * width) / steps, y, width / steps + 0.3, 5).fill(heatColour(i / (steps - 1)));
  }
  for (const { share, text } of content.ticks) {
    const half = type.width(text, STYLES.small) / 2;
    type.line(text, x + share * width - half, y + 5, STYLES.small);
  }
  type.line(content.unit, x + width + 12, y - 2, STYLES.small);
}

/** Everything under the pictures; measured first, since the pictures take what is left. */
function belowPictures(document: PDFKit.PDFDocument, type: Typesetter, fonts: FontSet, content: ReportContent): Block {
  const rule = (y: number): void => {
    document.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.6).stroke(RULE);
  };
  const blocks: Block[] = [
    (y, draw) => {
      if (draw) {
        type.line(`Most probable: ${content.verdict}`, LEFT, y, STYLES.verdict);
      }
      return y + 20;
    },
    (y, draw) => {
      const columns = { name: LEFT, bar: LEFT + 190, percent: RIGHT - 62, logit: RIGHT };
      if (draw) {
        type.line('Class', columns.name, y, STYLES.label);
        type.lineRight('Probability', columns.percent, y, STYLES.label);
        type.lineRight('Logit', columns.logit, y, STYLES.label);
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
      const lines = content.cautions.flatMap((text) => type.wrap(text, WIDTH - 20, STYLES.warning, 2)).slice(0, 6);
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
        type.line('How it was made', LEFT, y + 6, STYLES.section);
        type.line('About the model', LEFT + HALF + GUTTER, y + 6, STYLES.section);
      }
      const top = y + 22;
      const made = drawFacts(type, content.provenance, LEFT, top, HALF, 84, draw, 3);
      const about = drawFacts(type, content.about, LEFT + HALF + GUTTER, top, HALF, 58, draw, 9);
      return Math.max(made, about);
    },
    (y, draw) => {
      if (fonts.missing === 0) return y;
      const text = `${MISSING} stands for a character that the report’s fonts do not have.`;
      if (draw) type.line(text, LEFT, y + 2, STYLES.small);
      return y + 12;
    },
  ];
  return (start, draw) => blocks.reduce((y, block) => block(y, draw), start);
}

function drawFooter(document: PDFKit.PDFDocument, type: Typesetter, content: ReportContent): void {
  document.moveTo(LEFT, FOOTER_TOP).lineTo(RIGHT, FOOTER_TOP).lineWidth(0.6).stroke(RULE);
  type.paragraph(content.footer, LEFT, FOOTER_TOP + 5, WIDTH, STYLES.small, 2);
}
