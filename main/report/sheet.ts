/** Pages that content flows onto from top to bottom, tagged for readers that do not see them (PDF/UA, ISO 14289-1). */
import PDFDocument from 'pdfkit';
import { software } from '../about.ts';
import { areaOf, MARGIN, PAPERS, RULE, STYLES, type Area, type PaperName } from './paper.ts';
import { FontSet } from './fonts.ts';
import { Typesetter, type Style } from './typesetter.ts';

/** Standard structure types (ISO 32000-1, 14.8.4). */
export type Tag =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'P'
  | 'L'
  | 'LI'
  | 'Lbl'
  | 'LBody'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'Figure'
  | 'Caption'
  | 'Note';

/** A node of the structure tree; null while only measuring. */
export type Node = { readonly tag: Tag; readonly element: PDFKit.PDFStructureElement } | null;

export interface NodeOptions {
  alt?: string;
  /** Of a heading of a table. */
  scope?: 'Row' | 'Column';
  /** Left, top, right, bottom, in points from the top left corner of the page. */
  bbox?: [number, number, number, number];
}

/** What content is laid out on: pages, or a ruler that only measures. */
export interface Flow {
  readonly type: Typesetter;
  readonly area: Area;
  /** Room on this page, in points. */
  readonly room: number;
  /** Pages begun. */
  readonly pages: number;
  /** The top of a block of that height, on the next page where this one has no room for it. */
  take(height: number): number;
  /** Begins the next page where this one has less room. */
  keep(height: number): void;
  /** Leaves a gap, but not at the top of a page. */
  skip(height: number): void;
  /** A node of the structure; below the root where no parent is given. */
  node(tag: Tag, parent?: Node, options?: NodeOptions): Node;
  /** Draws what a node stands for. */
  mark(node: Node, draw: (document: PDFKit.PDFDocument) => void): void;
  /** Draws what says nothing: rules, backgrounds. */
  decorate(draw: (document: PDFKit.PDFDocument) => void): void;
}

abstract class Lines {
  abstract readonly type: Typesetter;
  readonly area: Area;
  #y: number;
  #pages = 1;

  constructor(paper: PaperName) {
    this.area = areaOf(paper);
    this.#y = this.area.top;
  }

  get room(): number {
    return this.area.bottom - this.#y;
  }

  get pages(): number {
    return this.#pages;
  }

  keep(height: number): void {
    // What no page has room for begins at the top of one.
    if (height <= this.room || this.#y === this.area.top) return;
    this.#pages++;
    this.#y = this.area.top;
    this.onNewPage();
  }

  take(height: number): number {
    this.keep(height);
    const top = this.#y;
    this.#y += height;
    return top;
  }

  skip(height: number): void {
    if (this.#y > this.area.top) this.#y += height;
  }

  protected abstract onNewPage(): void;
}

/** Lays out without drawing. */
export class Ruler extends Lines implements Flow {
  readonly type: Typesetter;

  constructor(paper: PaperName, type: Typesetter) {
    super(paper);
    this.type = type;
  }

  node(): Node {
    return null;
  }

  mark(): void {
    // Nothing is drawn.
  }

  decorate(): void {
    // Nothing is drawn.
  }

  protected onNewPage(): void {
    // There is none.
  }
}

export interface SheetOptions {
  paper: PaperName;
  /** BCP 47. */
  language: string;
  title: string;
  subject: string;
  createdAt: Date;
}

/** A PDF that is being written. */
export class Sheet extends Lines implements Flow {
  readonly type: Typesetter;
  readonly fonts = new FontSet();
  readonly #document: PDFKit.PDFDocument;
  readonly #root: PDFKit.PDFStructureElement;
  readonly #finished: Promise<Uint8Array<ArrayBuffer>>;

  constructor({ paper, language, title, subject, createdAt }: SheetOptions) {
    super(paper);
    const { width, height } = PAPERS[paper];
    this.#document = new PDFDocument({
      size: [width, height],
      margin: 0,
      lang: language,
      displayTitle: true,
      pdfVersion: '1.7',
      tagged: true,
      // The types know PDF/A alone.
      subset: 'PDF/UA' as unknown as PDFKit.Mixins.PDFSubsets,
      // The footer says of how many pages each is one.
      bufferPages: true,
      info: {
        Title: title,
        Creator: software,
        Producer: software,
        Subject: subject,
        CreationDate: createdAt,
        ModDate: createdAt,
      },
    });
    this.#finished = bytesOf(this.#document);
    this.type = new Typesetter(this.#document, this.fonts);
    this.#root = this.#document.struct('Document');
    this.#document.addStructure(this.#root);
  }

  node(tag: Tag, parent: Node = null, options: NodeOptions = {}): Node {
    const element = this.#document.struct(tag, options);
    (parent?.element ?? this.#root).add(element);
    return { tag, element };
  }

  mark(node: Node, draw: (document: PDFKit.PDFDocument) => void): void {
    const document = this.#document;
    const { tag, element } = node!;
    const content = document.markStructureContent(tag);
    draw(document);
    document.endMarkedContent();
    element.add(content);
  }

  decorate(draw: (document: PDFKit.PDFDocument) => void): void {
    this.#document.markContent('Artifact', { type: 'Layout' });
    draw(this.#document);
    this.#document.endMarkedContent();
  }

  /** Attaches a file that the whole document was made of. */
  attach(name: string, description: string, mime: string, bytes: Uint8Array, createdAt: Date): void {
    const dates = { creationDate: createdAt, modifiedDate: createdAt };
    // The types lack how a file belongs to the document.
    const options = { name, description, type: mime, ...dates, relationship: 'Data' };
    this.#document.file(Buffer.from(bytes), options as PDFKit.Mixins.PDFAttachmentOptions);
  }

  /** Writes the footers and ends the document. @param footer of a page, counted from 1 */
  async finish(
    footer: (page: number, pages: number) => { text: string; page: string },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const document = this.#document;
    const { left, right, bottom, width } = this.area;
    const { count } = document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      document.switchToPage(page);
      const { text, page: number } = footer(page + 1, count);
      document.markContent('Artifact', { type: 'Pagination' });
      document
        .moveTo(left, bottom + 4)
        .lineTo(right, bottom + 4)
        .lineWidth(0.6)
        .stroke(RULE);
      const room = width - this.type.width(number, STYLES.small) - MARGIN / 2;
      this.type.wrap(text, room, STYLES.small).forEach((line, i) => {
        this.type.line(line, left, bottom + 8 + i * Typesetter.lineHeight(STYLES.small), STYLES.small);
      });
      this.type.lineRight(number, right, bottom + 8, STYLES.small);
      document.endMarkedContent();
    }
    this.#root.end();
    document.end();
    return this.#finished;
  }

  protected onNewPage(): void {
    this.#document.addPage();
  }
}

function bytesOf(document: PDFKit.PDFDocument): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        resolve(new Uint8Array(Buffer.concat(chunks)));
      })
      .on('error', reject);
  });
}

/** Lines of several columns beside each other, written column by column: what is copied is not mixed. */
export class Columns {
  readonly #flow: Flow;
  #waiting: (() => void)[][];

  constructor(flow: Flow, count: number) {
    this.#flow = flow;
    this.#waiting = Array.from({ length: count }, () => []);
  }

  /** The top of the next line of all columns. */
  take(height: number): number {
    if (this.#flow.room < height) this.end();
    return this.#flow.take(height);
  }

  /** Writes something of that line. */
  mark(column: number, node: Node, draw: () => void): void {
    this.#waiting[column]!.push(() => {
      this.#flow.mark(node, draw);
    });
  }

  /** Writes what waits, before anything else comes onto the page. */
  end(): void {
    for (const draw of this.#waiting.flat()) draw();
    this.#waiting = this.#waiting.map(() => []);
  }
}

/** A text over as many lines and pages as it needs. */
export function paragraph(
  flow: Flow,
  text: string,
  style: Style,
  { tag = 'P' as Tag, parent = null as Node } = {},
): void {
  const node = flow.node(tag, parent);
  for (const line of flow.type.wrap(text, flow.area.width, style)) {
    const y = flow.take(Typesetter.lineHeight(style));
    flow.mark(node, () => {
      flow.type.line(line, flow.area.left, y, style);
    });
  }
}

/** A rule, and a heading that stays with the first of what follows; a second one above the right half. */
export function heading(flow: Flow, text: string, beside?: string): void {
  flow.skip(4);
  flow.keep(36);
  const y = flow.take(20);
  flow.decorate((document) => {
    document.moveTo(flow.area.left, y).lineTo(flow.area.right, y).lineWidth(0.6).stroke(RULE);
  });
  flow.mark(flow.node('H2'), () => {
    flow.type.line(text, flow.area.left, y + 5, STYLES.section);
  });
  if (beside === undefined) return;
  flow.mark(flow.node('H2'), () => {
    flow.type.line(beside, flow.area.right - flow.area.half, y + 5, STYLES.section);
  });
}
