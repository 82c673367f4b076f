/** A rectangle in pixels of an image; may have fractions and reach beyond it. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels that a rectangle may lack at an edge and still be called the whole: what scaling there and back loses. */
const TOLERANCE = 0.01;

/** Whether a rectangle leaves out some part of an image. */
export function leavesOut({ left, top, width, height }: Rectangle, image: { width: number; height: number }): boolean {
  return (
    left > TOLERANCE ||
    top > TOLERANCE ||
    left + width < image.width - TOLERANCE ||
    top + height < image.height - TOLERANCE
  );
}

/** The same rectangle in an image of another size. */
export function scaleRectangle(rectangle: Rectangle, horizontally: number, vertically: number): Rectangle {
  return {
    left: rectangle.left * horizontally,
    top: rectangle.top * vertically,
    width: rectangle.width * horizontally,
    height: rectangle.height * vertically,
  };
}
