import { heatColour } from '../../models/imaging/heatmap.ts';
import type { ReportContent } from './content.ts';
import type { RenderedOverlay } from './overlay.ts';
import { GUTTER, HALF, LEFT, STYLES } from './page.ts';
import type { Typesetter } from './typesetter.ts';

/** Height of the captions and the scale under the pictures. */
export const CAPTIONS = 44;

/**
 * Draws the image and, where the content has a caption for it, its overlay side by side, with the colours' scale.
 * @param height of the pictures' frames, in points
 * @returns the y below captions and scale
 */
export function drawPictures(
  document: PDFKit.PDFDocument,
  type: Typesetter,
  content: ReportContent,
  pictures: RenderedOverlay,
  y: number,
  height: number,
): number {
  const frames = [
    { png: pictures.image, caption: content.imageCaption, lines: 4, x: LEFT },
    ...(content.overlayCaption
      ? [{ png: pictures.overlay, caption: content.overlayCaption, lines: 2, x: LEFT + HALF + GUTTER }]
      : []),
  ];
  const scale = Math.min(HALF / pictures.width, height / pictures.height);
  const size = { width: pictures.width * scale, height: pictures.height * scale };
  for (const { png, caption, lines, x } of frames) {
    const box = { x: x + (HALF - size.width) / 2, y: y + (height - size.height) / 2 };
    document.rect(x, y, HALF, height).fill('#0b0e12');
    document.image(Buffer.from(png), box.x, box.y, size);
    type.paragraph(caption, x, y + height + 4, HALF, STYLES.small, lines);
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
