import { describe, expect, it } from 'vitest';
import { HEAT_MAP_FULL_SCALE, heatColour, heatMapOverlay, heatShare, heatValue } from './heatmap.ts';
import { scaleRectangle } from './rectangle.ts';

const grid = (rows: number, columns: number, values: number[]) => ({
  rows,
  columns,
  values: Float32Array.from(values),
});
const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });
const pixel = (rgba: Uint8ClampedArray, width: number, x: number, y: number) => [
  ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

/** Relative luminance of sRGB (IEC 61966-2-1). */
function luminance(colour: readonly number[]): number {
  const linear = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

describe('heatColour', () => {
  it('gets lighter with every step, so that order survives colour blindness and gray printing', () => {
    const steps = Array.from({ length: 101 }, (_, i) => luminance(heatColour(i / 100)));
    for (let i = 1; i < steps.length; i++) expect(steps[i]!).toBeGreaterThan(steps[i - 1]!);
  });

  it('clamps what is beyond the scale', () => {
    expect(heatColour(7)).toEqual(heatColour(1));
    expect(heatColour(-1)).toEqual(heatColour(0));
  });
});

describe('heatShare', () => {
  it('grows with the square root up to the full scale, and back', () => {
    expect([heatShare(-1), heatShare(0), heatShare(HEAT_MAP_FULL_SCALE / 4), heatShare(9)]).toEqual([0, 0, 0.5, 1]);
    expect(heatShare(heatValue(0.3))).toBeCloseTo(0.3);
  });
});

describe('heatMapOverlay', () => {
  it('is absolute: the same value has the same colour whatever the rest of the map holds', () => {
    const half = heatValue(0.5);
    const faint = heatMapOverlay(grid(1, 1, [half]), 1, 1, whole(1, 1));
    const beside = heatMapOverlay(grid(1, 2, [half, HEAT_MAP_FULL_SCALE * 9]), 2, 1, whole(2, 1));
    expect([...faint]).toEqual(pixel(beside, 2, 0, 0));
    expect(faint[3]).toBe(128);
    expect(pixel(beside, 2, 1, 0)).toEqual([...heatColour(1), 255]);
  });

  it('interpolates between the centres of the cells and repeats the outermost', () => {
    // 1 x 2 cells over 8 pixels: centres at 2 and 6; pixel centre p has the share (p + 0.5 - 2) / 4.
    const rgba = heatMapOverlay(grid(1, 2, [0, HEAT_MAP_FULL_SCALE]), 8, 1, whole(8, 1));
    const alpha = Array.from({ length: 8 }, (_, x) => rgba[x * 4 + 3]!);
    expect(alpha).toEqual([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1].map((share) => Math.round(Math.sqrt(share) * 255)));
  });

  it('leaves everything outside of the region transparent', () => {
    const rgba = heatMapOverlay(grid(1, 1, [1]), 4, 4, { left: 1, top: 1, width: 2, height: 2 });
    const alpha = Array.from({ length: 16 }, (_, i) => rgba[i * 4 + 3]);
    expect(alpha).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
  });

  it('shows neither negative values nor NaN', () => {
    const rgba = heatMapOverlay(grid(1, 2, [-1, NaN]), 2, 1, whole(2, 1));
    expect([...rgba]).toEqual(new Array(8).fill(0));
  });

  it('multiplies alpha by the opacity', () => {
    expect(heatMapOverlay(grid(1, 1, [1]), 1, 1, whole(1, 1), 0.4)[3]).toBe(102);
    expect(heatMapOverlay(grid(1, 1, [1]), 1, 1, whole(1, 1), 0)[3]).toBe(0);
  });
});

describe('scaleRegion', () => {
  it('carries a region to a picture of another size', () => {
    expect(scaleRectangle({ left: 2, top: 4, width: 8, height: 6 }, 0.5, 2)).toEqual({
      left: 1,
      top: 8,
      width: 4,
      height: 12,
    });
  });
});
