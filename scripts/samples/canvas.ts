/** A picture in real numbers, to draw phantoms on. */
import { GLYPHS, GLYPH_HEIGHT, GLYPH_WIDTH } from './font.ts';
import { gaussian, type Random } from '../../models/random.ts';

export interface Point {
  x: number;
  y: number;
}

export interface TubePoint extends Point {
  radius: number;
}

export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array<ArrayBuffer>;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.values = new Float32Array(width * height);
  }

  /** Calls `value` with the centre of every pixel in [-1, 1] (of the longer side), and adds what it returns. */
  add(value: (x: number, y: number) => number): void {
    const half = Math.max(this.width, this.height) / 2;
    for (let row = 0; row < this.height; row++) {
      const y = (row + 0.5 - this.height / 2) / half;
      for (let column = 0; column < this.width; column++) {
        const x = (column + 0.5 - this.width / 2) / half;
        this.values[row * this.width + column]! += value(x, y);
      }
    }
  }

  /**
   * Adds a tube along a path of points in [-1, 1], each with its radius: `profile` gets the distance from the axis over
   * the radius (0 to 1) and how far along the path it is (0 to 1). Where a path nears itself the nearest part counts.
   */
  addTube(path: readonly TubePoint[], profile: (distance: number, along: number, at: Point) => number): void {
    const half = Math.max(this.width, this.height) / 2;
    const nearest = new Map<number, { distance: number; along: number }>();
    path.forEach(({ x, y, radius }, i) => {
      const column = x * half + this.width / 2 - 0.5;
      const row = y * half + this.height / 2 - 0.5;
      const reach = radius * half;
      for (let r = Math.max(0, Math.ceil(row - reach)); r <= Math.min(this.height - 1, row + reach); r++) {
        for (let c = Math.max(0, Math.ceil(column - reach)); c <= Math.min(this.width - 1, column + reach); c++) {
          const distance = Math.hypot(r - row, c - column) / reach;
          const index = r * this.width + c;
          if (distance <= (nearest.get(index)?.distance ?? 1)) nearest.set(index, { distance, along: i / path.length });
        }
      }
    });
    for (const [index, { distance, along }] of nearest) {
      const x = ((index % this.width) + 0.5 - this.width / 2) / half;
      const y = (Math.floor(index / this.width) + 0.5 - this.height / 2) / half;
      this.values[index]! += profile(distance, along, { x, y });
    }
  }

  /** Gaussian blur, edges repeated. */
  blur(sigma: number): void {
    const reach = Math.ceil(sigma * 3);
    const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
    const sum = kernel.reduce((a, b) => a + b);
    const pass = (length: number, stride: number, starts: number, startStride: number): void => {
      const line = new Float32Array(length);
      for (let s = 0; s < starts; s++) {
        const start = s * startStride;
        for (let i = 0; i < length; i++) line[i] = this.values[start + i * stride]!;
        for (let i = 0; i < length; i++) {
          let total = 0;
          for (let k = -reach; k <= reach; k++) {
            total += line[Math.min(length - 1, Math.max(0, i + k))]! * kernel[k + reach]!;
          }
          this.values[start + i * stride] = total / sum;
        }
      }
    };
    pass(this.width, 1, this.height, this.width);
    pass(this.height, this.width, this.width, 1);
  }

  /** Noise of standard deviation 1, with a grain of `sigma` pixels. */
  static noise(width: number, height: number, sigma: number, random: Random): Canvas {
    const canvas = new Canvas(width, height);
    for (let i = 0; i < canvas.values.length; i++) canvas.values[i] = gaussian(random);
    if (sigma > 0) canvas.blur(sigma);
    const deviation = Math.sqrt(canvas.values.reduce((sum, value) => sum + value * value, 0) / canvas.values.length);
    for (let i = 0; i < canvas.values.length; i++) canvas.values[i]! /= deviation;
    return canvas;
  }

  /** Writes text in capital letters over what is there, each dot `scale` pixels wide; `left`, `top` in pixels. */
  write(text: string, left: number, top: number, scale: number, value: number): void {
    [...text].forEach((letter, position) => {
      const glyph = GLYPHS[letter];
      if (!glyph) throw new RangeError(`The font has no '${letter}'.`);
      for (let row = 0; row < GLYPH_HEIGHT * scale; row++) {
        for (let column = 0; column < GLYPH_WIDTH * scale; column++) {
          if (glyph[Math.floor(row / scale)]![Math.floor(column / scale)] !== '#') continue;
          const x = left + position * (GLYPH_WIDTH + 1) * scale + column;
          this.values[(top + row) * this.width + x] = value;
        }
      }
    });
  }
}

/** Width in pixels of a text that {@link Canvas.write} writes. */
export const textWidth = (text: string, scale: number): number => (text.length * (GLYPH_WIDTH + 1) - 1) * scale;

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}
