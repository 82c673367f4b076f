import { heatColour } from '../../models/imaging/heatmap.ts';
import type { NetworkInput } from '../../worker/protocol.ts';
import type { PictureWords, ReportContent } from './content.ts';
import type { RenderedOverlay } from './overlay.ts';
import { BACKDROP, GUTTER, STYLES } from './paper.ts';
import { scaleBar } from './scale-bar.ts';
import { Columns, type Flow } from './sheet.ts';
import { Typesetter } from './typesetter.ts';

/** What the page shows of an image. */
export interface ReportPictures extends RenderedOverlay {
  /** PNG of what the network received. */
  input: { png: Uint8Array } & Pick<NetworkInput, 'width' | 'height'>;
}

interface Frame {
  png: Uint8Array;
  words: PictureWords;
  /** Of the picture, in its pixels. */
  size: { width: number; height: number };
  /** Of the frame, in points. */
  x: number;
  width: number;
  /** Letters, scale and what the network saw belong on it. */
  anatomical: boolean;
}

/** Of the picture of what the network received, in points. */
const INPUT_WIDTH = 92;
const COLOUR_SCALE = 17;

function framesOf(flow: Flow, content: ReportContent, pictures: ReportPictures): Frame[] {
  const { left, width } = flow.area;
  const { image, overlay, input } = pictures;
  const room = width - INPUT_WIDTH - GUTTER;
  const each = content.overlay ? (room - GUTTER) / 2 : room;
  return [
    { png: image, words: content.image, size: pictures, x: left, width: each, anatomical: true },
    ...(content.overlay
      ? [
          {
            png: overlay,
            words: content.overlay,
            size: pictures,
            x: left + each + GUTTER,
            width: each,
            anatomical: true,
          },
        ]
      : []),
    {
      png: input.png,
      words: content.input,
      size: input,
      x: left + room + GUTTER,
      width: INPUT_WIDTH,
      anatomical: false,
    },
  ];
}

/** The least height at which every picture is as wide as its frame, in points. */
export function usefulHeight(flow: Flow, content: ReportContent, pictures: ReportPictures): number {
  return Math.max(...framesOf(flow, content, pictures).map(({ size, width }) => (size.height * width) / size.width));
}

/**
 * The image, its map where one is shown, and what the network received, beside each other.
 * @param height of the frames, in points
 */
export function drawPictures(flow: Flow, content: ReportContent, pictures: ReportPictures, height: number): void {
  const frames = framesOf(flow, content, pictures);
  const y = flow.take(height + 4);
  for (const frame of frames) drawFrame(flow, content, pictures, frame, y, height);
  const scaled = frames.find(({ words }) => words === content.overlay);
  if (scaled) {
    const top = flow.take(COLOUR_SCALE);
    flow.decorate((document) => {
      drawColours(document, flow.type, content, scaled.x + 2, top);
    });
  }
  const captions = frames.map(({ words, x, width, anatomical }) => ({
    x,
    node: flow.node('Caption'),
    lines: flow.type.wrap(
      anatomical && words === content.image ? `${words.caption} ${content.scaleNote}` : words.caption,
      width,
      STYLES.small,
    ),
  }));
  const count = Math.max(...captions.map(({ lines }) => lines.length));
  const beside = new Columns(flow, captions.length);
  for (let i = 0; i < count; i++) {
    const top = beside.take(Typesetter.lineHeight(STYLES.small));
    for (const [column, { x, node, lines }] of captions.entries()) {
      const line = lines[i];
      if (line === undefined) continue;
      beside.mark(column, node, () => {
        flow.type.line(line, x, top, STYLES.small);
      });
    }
  }
  beside.end();
  flow.skip(6);
}

function drawFrame(
  flow: Flow,
  content: ReportContent,
  pictures: ReportPictures,
  { png, words, size, x, width, anatomical }: Frame,
  y: number,
  height: number,
): void {
  const scale = Math.min(width / size.width, height / size.height);
  const [wide, high] = [size.width * scale, size.height * scale];
  const box = { x: x + (width - wide) / 2, y: y + (height - high) / 2 };
  if (anatomical) flow.decorate((document) => document.rect(x, y, width, height).fill(BACKDROP));
  const node = flow.node('Figure', null, { alt: words.alternative, bbox: [x, y, x + width, y + height] });
  flow.mark(node, (document) => {
    document.image(Buffer.from(png), box.x, anatomical ? box.y : y, { width: wide, height: high });
    if (!anatomical) return;
    if (content.cropped && words === content.image) drawSeen(document, pictures, box, scale);
    drawEdges(flow.type, pictures, { x, y, width, height });
    drawScaleBar(document, flow.type, content, pictures, { x, y, height }, scale);
  });
}

/** The letters of the patient's directions, at the middles of the frame's sides. */
function drawEdges(
  type: Typesetter,
  { edges }: RenderedOverlay,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): void {
  if (!edges) return;
  const style = STYLES.onPicture;
  const line = Typesetter.lineHeight(style);
  type.line(edges.left, x + 3, y + height / 2 - line / 2, style);
  type.lineRight(edges.right, x + width - 3, y + height / 2 - line / 2, style);
  type.line(edges.top, x + width / 2 - type.width(edges.top, style) / 2, y + 1, style);
  type.line(edges.bottom, x + width / 2 - type.width(edges.bottom, style) / 2, y + height - line, style);
}

function drawScaleBar(
  document: PDFKit.PDFDocument,
  type: Typesetter,
  { words }: ReportContent,
  pictures: RenderedOverlay,
  { x, y, height }: { x: number; y: number; height: number },
  scale: number,
): void {
  const { columns, length, unit } = scaleBar(pictures);
  const [left, bottom] = [x + 6, y + height - 6];
  document
    .moveTo(left, bottom - 3)
    .lineTo(left, bottom)
    .lineTo(left + columns * scale, bottom)
    .lineTo(left + columns * scale, bottom - 3)
    .lineWidth(1)
    .stroke(STYLES.onPicture.colour);
  const text = unit === 'mm' ? words.millimetres(length) : words.pixels(length);
  type.line(text, left + 2, bottom - 5 - Typesetter.lineHeight(STYLES.onPicture), STYLES.onPicture);
}

/** Marks the part that the network saw. */
function drawSeen(
  document: PDFKit.PDFDocument,
  { region }: RenderedOverlay,
  { x, y }: { x: number; y: number },
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
function drawColours(
  document: PDFKit.PDFDocument,
  type: Typesetter,
  content: ReportContent,
  x: number,
  y: number,
): void {
  const steps = 64;
  const width = 80;
  for (let i = 0; i < steps; i++) {
    document.rect(x + (i * width) / steps, y, width / steps + 0.3, 5).fill(heatColour(i / (steps - 1)));
  }
  for (const { share, text } of content.ticks) {
    const half = type.width(text, STYLES.small) / 2;
    type.line(text, x + share * width - half * (share === 0 ? 0 : 1), y + 5, STYLES.small);
  }
  type.line(content.unit, x + width + 12, y - 2, STYLES.small);
}
