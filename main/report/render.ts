/** The report of one image. */
import { toJson } from '../terminal.ts';
import type { ReportContent } from './content.ts';
import { drawFacts } from './facts.ts';
import { MISSING } from './fonts.ts';
import { ACCENT, BAR, GUTTER, STYLES, TRACK, WARNING, type PaperName } from './paper.ts';
import { drawPictures, usefulHeight, type ReportPictures } from './pictures.ts';
import { heading, paragraph, Ruler, Sheet, type Flow } from './sheet.ts';
import { Typesetter } from './typesetter.ts';

/** Height of the pictures, which take what the words leave of the page. */
const PICTURES = { tallest: 300, lowest: 110 } as const;

/** Of the line that may say which characters are missing. */
const LAST_LINE = 12;

/** The name of the attached result. */
export const ATTACHMENT = 'result.json';

/**
 * @param attachment the result as data, attached as a file
 * @returns the PDF
 */
export async function renderReport(
  content: ReportContent,
  pictures: ReportPictures,
  { paper, attachment }: { paper: PaperName; attachment: object },
): Promise<Uint8Array<ArrayBuffer>> {
  const { title, notice, language, createdAt, words, footer } = content;
  const sheet = new Sheet({ paper, language, title, subject: notice, createdAt });
  sheet.attach(ATTACHMENT, title, 'application/json', Buffer.from(`${toJson(attachment, 2)}\n`), createdAt);
  drawReport(sheet, content, pictures, pictureHeight(content, pictures, paper, sheet.type));
  if (sheet.fonts.missing > 0) paragraph(sheet, words.missingCharacters(MISSING), STYLES.small);
  return sheet.finish((page, pages) => ({ text: footer, page: words.page(page, pages) }));
}

/** Where all fits on one page, as tall as it leaves room for; no taller than the pictures can use. */
function pictureHeight(content: ReportContent, pictures: ReportPictures, paper: PaperName, type: Typesetter): number {
  const ruler = new Ruler(paper, type);
  const tallest = Math.min(PICTURES.tallest, usefulHeight(ruler, content, pictures));
  const lowest = Math.min(PICTURES.lowest, tallest);
  drawReport(ruler, content, pictures, lowest);
  return ruler.pages === 1 ? Math.min(tallest, lowest + Math.max(0, ruler.room - LAST_LINE)) : tallest;
}

function drawReport(flow: Flow, content: ReportContent, pictures: ReportPictures, height: number): void {
  const { left, half, width } = flow.area;
  const right = left + half + GUTTER;
  drawTitle(flow, content);
  drawFacts(flow, [
    { facts: content.patient, x: left, width: 0.4 * width - GUTTER, labelWidth: 82 },
    { facts: content.study, x: left + 0.4 * width, width: 0.6 * width, labelWidth: 86 },
  ]);
  flow.skip(6);
  drawCautions(flow, content.cautions);
  paragraph(flow, content.headline, STYLES.verdict, { tag: 'H2' });
  if (content.set) paragraph(flow, content.set, STYLES.body);
  flow.skip(6);
  drawPictures(flow, content, pictures, height);
  drawClasses(flow, content);
  if (content.measurements.length > 0) {
    heading(flow, content.words.measurements);
    drawFacts(flow, [{ facts: content.measurements, x: left, width, labelWidth: 100 }]);
  }
  drawReview(flow, content);
  if (content.full) {
    heading(flow, content.words.howMade);
    drawFacts(flow, [{ facts: content.provenance, x: left, width, labelWidth: 100 }]);
    heading(flow, content.words.about);
    drawFacts(flow, [{ facts: content.about, x: left, width, labelWidth: 100 }]);
  } else {
    heading(flow, content.words.howMade, content.words.about);
    const columns = [
      { facts: content.provenance, x: left, width: half, labelWidth: 70 },
      { facts: content.about, x: right, width: half, labelWidth: 52 },
    ];
    drawFacts(flow, columns, STYLES.fine);
  }
}

function drawTitle(flow: Flow, { title, software, created, notice, status }: ReportContent): void {
  const { type, area } = flow;
  const y = flow.take(31);
  flow.mark(flow.node('H1'), () => {
    type.line(title, area.left, y, STYLES.title);
  });
  flow.mark(flow.node('P'), () => {
    type.lineRight(software, area.right, y + 2, STYLES.label);
  });
  flow.mark(flow.node('P'), () => {
    type.lineRight(created, area.right, y + 13, STYLES.label);
  });
  drawBox(
    flow,
    [status, notice].map((text) => ({ text, style: STYLES.notice })),
    WARNING.edge,
  );
}

/** Lines on a coloured ground, over as many pages as they need. */
function drawBox(
  flow: Flow,
  texts: readonly { text: string; style: (typeof STYLES)['notice' | 'warning'] }[],
  edge: string | null,
): void {
  const { type, area } = flow;
  const inset = 10;
  for (const { text, style } of texts) {
    const node = flow.node('P');
    const height = Typesetter.lineHeight(style) + 2;
    for (const line of type.wrap(text, area.width - 2 * inset, style)) {
      const y = flow.take(height);
      flow.decorate((document) => {
        document.rect(area.left, y, area.width, height).fill(WARNING.fill);
        if (edge) document.rect(area.left, y, 3, height).fill(edge);
      });
      flow.mark(node, () => {
        type.line(line, area.left + inset, y + 1, style);
      });
    }
  }
  flow.skip(8);
}

function drawCautions(flow: Flow, cautions: readonly string[]): void {
  if (cautions.length === 0) return;
  drawBox(
    flow,
    cautions.map((text) => ({ text, style: STYLES.warning })),
    null,
  );
}

/** A table of the classes, a bar for each. */
function drawClasses(flow: Flow, { classes, omitted, calibration, words }: ReportContent): void {
  if (classes.length === 0) return;
  const { type, area } = flow;
  const columns = { name: area.left, bar: area.left + 200, percent: area.right - 62, logit: area.right };
  const table = flow.node('Table');
  const head = flow.node('TR', table);
  const top = flow.take(13);
  const titles = [
    (text: string) => {
      type.line(text, columns.name, top, STYLES.label);
    },
    (text: string) => {
      type.lineRight(text, columns.percent, top, STYLES.label);
    },
    (text: string) => {
      type.lineRight(text, columns.logit, top, STYLES.label);
    },
  ];
  [words.classes.name, words.classes.probability, words.classes.logit].forEach((text, i) => {
    flow.mark(flow.node('TH', head, { scope: 'Column' }), () => {
      titles[i]!(text);
    });
  });
  for (const { name, probability, percent, logit, top: isTop } of classes) {
    const style = isTop ? STYLES.strong : STYLES.body;
    const lines = type.wrap(name, columns.bar - area.left - 8, style);
    const row = flow.node('TR', table);
    const cells = [flow.node('TH', row, { scope: 'Row' }), flow.node('TD', row), flow.node('TD', row)] as const;
    lines.forEach((line, i) => {
      const y = flow.take(i === lines.length - 1 ? 14 : Typesetter.lineHeight(style));
      flow.mark(cells[0], () => {
        type.line(line, columns.name, y, style);
      });
      if (i > 0) return;
      const full = columns.percent - 50 - columns.bar;
      flow.decorate((document) => {
        document.rect(columns.bar, y + 2.5, full, 7).fill(TRACK);
        document.rect(columns.bar, y + 2.5, Math.max(0.8, full * probability), 7).fill(isTop ? ACCENT : BAR);
      });
      flow.mark(cells[1], () => {
        type.lineRight(percent, columns.percent, y, style);
      });
      flow.mark(cells[2], () => {
        type.lineRight(logit, columns.logit, y, style);
      });
    });
  }
  if (omitted) paragraph(flow, omitted, STYLES.label);
  paragraph(flow, calibration, STYLES.label);
}

/** What the reader says, and where to sign. */
function drawReview(flow: Flow, { impression, review, signatureLine, words }: ReportContent): void {
  const { type, area } = flow;
  heading(flow, words.review);
  for (const line of impression.split('\n').filter((text) => text.trim() !== '')) paragraph(flow, line, STYLES.body);
  drawFacts(flow, [{ facts: review, x: area.left, width: area.width, labelWidth: 100 }]);
  if (!signatureLine) return;
  const y = flow.take(28);
  const places = [
    { text: signatureLine.signature, x: area.left, width: area.half },
    { text: signatureLine.date, x: area.left + area.half + GUTTER, width: area.half / 2 },
  ];
  for (const { text, x, width } of places) {
    flow.decorate((document) => {
      document
        .moveTo(x, y + 18)
        .lineTo(x + width, y + 18)
        .lineWidth(0.6)
        .stroke(STYLES.label.colour);
    });
    flow.mark(flow.node('P'), () => {
      type.line(text, x, y + 19, STYLES.small);
    });
  }
}
