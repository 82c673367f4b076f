/** How a reader displays a frame: what a report must print beside the pixels. */
import type { Voi } from './frame.ts';
import type { ViewTransform } from './orientation-labels.ts';
import type { Rectangle } from './rectangle.ts';

/** Quarter turns, clockwise, in degrees. */
export type Rotation = 0 | 90 | 180 | 270;

export interface Presentation extends ViewTransform {
  /** The reader's own window or table; null: the file's default. */
  voi: Voi | null;
  /** The reader's inversion, on top of the file's own. */
  inverted: boolean;
  rotation: Rotation;
}

/** As a file is shown at first. */
export const UNCHANGED: Presentation = {
  voi: null,
  inverted: false,
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
};

/** Whether the picture lies otherwise than in the file. */
export const isTransformed = ({ rotation, flipHorizontal, flipVertical }: ViewTransform): boolean =>
  rotation !== 0 || flipHorizontal || flipVertical;

/**
 * Where a rectangle of an image lies once the image is flipped, then turned.
 * @param image its size before
 */
export function transformRectangle(
  { left, top, width, height }: Rectangle,
  image: { width: number; height: number },
  { rotation, flipHorizontal, flipVertical }: Pick<Presentation, 'rotation' | 'flipHorizontal' | 'flipVertical'>,
): Rectangle {
  const x = flipHorizontal ? image.width - left - width : left;
  const y = flipVertical ? image.height - top - height : top;
  const [right, bottom] = [image.width - x - width, image.height - y - height];
  switch (rotation) {
    case 0:
      return { left: x, top: y, width, height };
    case 90:
      return { left: bottom, top: x, width: height, height: width };
    case 180:
      return { left: right, top: bottom, width, height };
    case 270:
      return { left: y, top: right, width: height, height: width };
  }
}
