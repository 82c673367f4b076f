import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PLACEMENT,
  effectiveScale,
  fitScale,
  flipOnScreen,
  pixelAspect,
  pixelStretch,
  rotateClockwise,
  toImage,
  toScreen,
  zoomAround,
  type Layout,
  type Placement,
  type Rotation,
} from './view-transform.ts';

const layout = (placement: Partial<Placement> = {}, aspect = 1): Layout => ({
  viewport: { width: 800, height: 600 },
  image: { width: 100, height: 200 },
  stretch: pixelStretch(aspect),
  placement: { ...DEFAULT_PLACEMENT, ...placement },
});

describe('view transform', () => {
  it('fits the whole image, also sideways and with tall pixels', () => {
    expect(effectiveScale(layout())).toBe(3);
    expect(effectiveScale(layout({ rotation: 90 }))).toBe(4);
    expect(fitScale({ width: 800, height: 600 }, { width: 100, height: 100 }, pixelStretch(2), 0)).toBe(3);
    expect(fitScale({ width: 800, height: 600 }, { width: 100, height: 100 }, pixelStretch(0.5), 0)).toBe(4);
  });

  it('puts the image centre in the middle and corners where they belong', () => {
    expect(toScreen(layout(), { x: 50, y: 100 })).toEqual({ x: 400, y: 300 });
    expect(toScreen(layout(), { x: 0, y: 0 })).toEqual({ x: 250, y: 0 });
    // Clockwise: the top left corner goes to the top right.
    expect(toScreen(layout({ rotation: 90, scale: 1 }), { x: 0, y: 0 })).toEqual({ x: 500, y: 250 });
    expect(toScreen(layout({ flipHorizontal: true, scale: 1 }), { x: 0, y: 0 })).toEqual({ x: 450, y: 200 });
  });

  it('goes back and forth for every rotation, flip and aspect', () => {
    for (const rotation of [0, 90, 180, 270] as Rotation[]) {
      for (const flipHorizontal of [false, true]) {
        for (const flipVertical of [false, true]) {
          for (const aspect of [0.5, 1, 1.7]) {
            const where = layout({ rotation, flipHorizontal, flipVertical, scale: 1.3, pan: { x: 31, y: -7 } }, aspect);
            const back = toImage(where, toScreen(where, { x: 12.5, y: 150 }));
            expect(back.x).toBeCloseTo(12.5, 9);
            expect(back.y).toBeCloseTo(150, 9);
          }
        }
      }
    }
  });

  it('keeps the point under the cursor when zooming', () => {
    const before = layout({ pan: { x: 20, y: 5 } });
    const cursor = { x: 123, y: 456 };
    const point = toImage(before, cursor);
    const after = toScreen({ ...before, placement: zoomAround(before, 1.7, cursor) }, point);
    expect(after.x).toBeCloseTo(cursor.x, 9);
    expect(after.y).toBeCloseTo(cursor.y, 9);
  });

  it('mirrors the screen, whichever way the image is turned', () => {
    for (const rotation of [0, 90, 180, 270] as Rotation[]) {
      const before = layout({ rotation, scale: 1, pan: { x: 40, y: 10 } });
      const point = { x: 10, y: 30 };
      const from = toScreen(before, point);
      const across = toScreen({ ...before, placement: flipOnScreen(before.placement, 'horizontal') }, point);
      expect(across.x).toBeCloseTo(800 - from.x, 9);
      expect(across.y).toBeCloseTo(from.y, 9);
      const down = toScreen({ ...before, placement: flipOnScreen(before.placement, 'vertical') }, point);
      expect(down.y).toBeCloseTo(600 - from.y, 9);
    }
  });

  it('comes back after four quarter turns', () => {
    const start: Placement = { ...DEFAULT_PLACEMENT, pan: { x: 3, y: 4 } };
    let turned = start;
    for (let turn = 0; turn < 4; turn++) turned = rotateClockwise(turned);
    expect(turned).toEqual(start);
  });

  it('takes the aspect from the file, else from a spacing that differs', () => {
    const spacing = { row: 1, column: 0.5, source: 'PixelSpacing', note: null } as const;
    expect(pixelAspect({ pixelAspectRatio: 1.5, spacing })).toBe(1.5);
    expect(pixelAspect({ pixelAspectRatio: 1, spacing })).toBe(2);
    expect(pixelAspect({ pixelAspectRatio: 1, spacing: null })).toBe(1);
  });
});
