import type { CornerstoneImage, VoiTable } from 'cornerstone-core';
import type { Frame, Voi } from '../../models/imaging/frame.ts';
import { applyVoi, displayLut } from '../../models/imaging/voi.ts';
import { pixelAspect } from './view-transform.ts';

/** An image for cornerstone and the table that shows it; colour images have none. */
export interface ShownImage {
  image: CornerstoneImage;
  voiLUT: VoiTable | undefined;
}

/**
 * Window that leaves 8-bit values as they are. Cornerstone computes ((v - center) / width + 0.5) * 255 and rounds half
 * to even, so its usual 128/255 is half a level off.
 */
export const IDENTITY_WINDOW = { windowCenter: 127.5, windowWidth: 255 } as const;

const IDENTITY_TABLE = voiTable(
  'identity',
  0,
  Uint8Array.from({ length: 256 }, (_, grey) => grey),
);

/**
 * Cornerstone shifts a table by the bits of its largest entry, so that a table which never reaches 128 would come out
 * brighter. One last entry of 255, which no stored value reaches, keeps the shift at zero.
 */
function voiTable(id: string, firstValueMapped: number, data: Uint8Array): VoiTable {
  const lut = new Uint8Array(data.length + 1);
  lut.set(data);
  lut[data.length] = 255;
  return { id, firstValueMapped, numBitsPerEntry: 8, lut };
}

type Base = Pick<CornerstoneImage, 'rows' | 'columns' | 'width' | 'height' | 'rowPixelSpacing' | 'columnPixelSpacing'>;

/** Sizes. The spacings carry the pixel's aspect alone: lengths are never measured by cornerstone. */
function base(frame: Frame): Base {
  return {
    rows: frame.rows,
    columns: frame.columns,
    width: frame.columns,
    height: frame.rows,
    rowPixelSpacing: pixelAspect(frame),
    columnPixelSpacing: 1,
  };
}

function image(frame: Frame, id: string, pixels: ArrayLike<number> & { byteLength: number }, range: [number, number]) {
  const result: CornerstoneImage = {
    ...base(frame),
    ...IDENTITY_WINDOW,
    imageId: id,
    minPixelValue: range[0],
    maxPixelValue: range[1],
    // Tables are over stored values: the modality stage is in them already.
    slope: 1,
    intercept: 0,
    invert: false,
    color: false,
    sizeInBytes: pixels.byteLength,
    getPixelData: () => pixels,
  };
  return result;
}

function colourImage(frame: Frame, id: string): CornerstoneImage {
  // As an embedded ICC profile means them, where there is one; the network has seen `pixels`.
  const pixels = frame.displayPixels ?? frame.pixels;
  const count = frame.rows * frame.columns;
  const rgba = new Uint8ClampedArray(count * 4);
  for (let pixel = 0, from = 0, to = 0; pixel < count; pixel++, from += 3, to += 4) {
    rgba[to] = pixels[from]!;
    rgba[to + 1] = pixels[from + 1]!;
    rgba[to + 2] = pixels[from + 2]!;
    rgba[to + 3] = 255;
  }
  return { ...image(frame, id, rgba, [0, 255]), color: true, rgba: true };
}

/** Makes and keeps what cornerstone needs of a frame. One instance per viewport; entries go with their frames. */
export class FrameImages {
  readonly #fixed = new WeakMap<Frame, CornerstoneImage>();
  /** The last window of a frame: while it is the same, cornerstone need not draw the pixels again. */
  readonly #windowed = new WeakMap<Frame, { voi: Voi | null; shown: ShownImage }>();
  #nextId = 1;

  /** @param voi as the reader chose it; null: the file's default. Ignored for colour. */
  of(frame: Frame, voi: Voi | null): ShownImage {
    if (frame.colour === 'rgb')
      return { image: this.#keep(frame, () => colourImage(frame, this.#id())), voiLUT: undefined };
    const kept = this.#windowed.get(frame);
    if (kept && kept.voi === voi) return kept.shown;
    const shown = this.#window(frame, voi);
    this.#windowed.set(frame, { voi, shown });
    return shown;
  }

  #window(frame: Frame, voi: Voi | null): ShownImage {
    const table = displayLut(frame, voi);
    if (!table) return { image: image(frame, this.#id(), applyVoi(frame, voi), [0, 255]), voiLUT: IDENTITY_TABLE };
    const range: [number, number] = [table.firstMapped, table.firstMapped + table.data.length - 1];
    return {
      image: this.#keep(frame, () => image(frame, this.#id(), frame.pixels, range)),
      voiLUT: voiTable(this.#id(), table.firstMapped, table.data),
    };
  }

  #keep(frame: Frame, make: () => CornerstoneImage): CornerstoneImage {
    const kept = this.#fixed.get(frame) ?? make();
    this.#fixed.set(frame, kept);
    return kept;
  }

  #id(): string {
    return `frame-${this.#nextId++}`;
  }
}
