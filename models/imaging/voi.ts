/**
 * The VOI and presentation stages of the grayscale pipeline (DICOM PS3.3 C.11.2, PS3.4 N.2): modality values become
 * 8-bit grey. One implementation for the screen, the network's input, thumbnails and reports.
 *
 * Rounding: PS3.3 leaves it open; real outputs are rounded to the nearest integer, which makes the window 128/256 the
 * identity on 8-bit values (DCMTK truncates instead and so is sometimes one grey level darker).
 */
import { HifuseError } from '../errors.ts';
import type { Frame, PixelArray, Voi, VoiLut, VoiWindow } from './frame.ts';

/** Largest number of entries that a table over stored values may have; wider ranges are computed pixel by pixel. */
const MAX_TABLE_ENTRIES = 1 << 16;

const BLACK = 0;
const WHITE = 255;

/** Modality value -> real presentation value in [0, 255], before inversion. */
type VoiFunction = (value: number) => number;

/** The three functions of PS3.3 C.11.2.1.2 and C.11.2.1.3, with y_min 0 and y_max 255. */
const WINDOW_FUNCTIONS: Record<VoiWindow['function'], (center: number, width: number) => VoiFunction> = {
  LINEAR: (center, width) => {
    const low = center - 0.5 - (width - 1) / 2;
    const high = center - 0.5 + (width - 1) / 2;
    return (x) => {
      if (x <= low) return BLACK;
      if (x > high) return WHITE;
      return ((x - (center - 0.5)) / (width - 1) + 0.5) * WHITE;
    };
  },
  LINEAR_EXACT: (center, width) => {
    const low = center - width / 2;
    const high = center + width / 2;
    return (x) => {
      if (x <= low) return BLACK;
      if (x > high) return WHITE;
      return ((x - center) / width + 0.5) * WHITE;
    };
  },
  SIGMOID: (center, width) => (x) => WHITE / (1 + Math.exp((-4 * (x - center)) / width)),
};

/** Smallest width that PS3.3 allows: LINEAR needs 1, the others anything above zero. */
const isValidWidth = (fn: VoiWindow['function'], width: number): boolean => (fn === 'LINEAR' ? width >= 1 : width > 0);

/** Whether a window or table of a file can be applied at all (finite, width allowed, table not empty). */
export function isValidVoi(voi: Voi): boolean {
  if (voi.kind === 'lut') {
    return voi.data.length > 0 && voi.bits >= 1 && voi.bits <= 16 && Number.isFinite(voi.firstMapped);
  }
  return Number.isFinite(voi.center) && Number.isFinite(voi.width) && isValidWidth(voi.function, voi.width);
}

/** A window as a reader sets it by hand: LINEAR where its width allows that, else LINEAR_EXACT. */
export function windowOf(center: number, width: number, explanation = ''): VoiWindow {
  return { kind: 'window', function: width >= 1 ? 'LINEAR' : 'LINEAR_EXACT', center, width, explanation };
}

/**
 * The window that maps `minimum` to black and `maximum` to white. Integers get LINEAR, whose width counts values; others
 * get LINEAR_EXACT. A constant image gets the smallest window around its value.
 */
export function windowOfRange(minimum: number, maximum: number, integers: boolean, explanation = ''): VoiWindow {
  return integers
    ? {
        kind: 'window',
        function: 'LINEAR',
        center: (minimum + maximum + 1) / 2,
        width: maximum - minimum + 1,
        explanation,
      }
    : {
        kind: 'window',
        function: 'LINEAR_EXACT',
        center: (minimum + maximum) / 2,
        width: maximum > minimum ? maximum - minimum : 1,
        explanation,
      };
}

/** What a frame is shown with unless the reader chooses: the file's first valid window or table, else the automatic. */
export function defaultVoi(frame: Pick<Frame, 'voi' | 'automaticWindow'>): Voi {
  return frame.voi.find(isValidVoi) ?? frame.automaticWindow;
}

function lutFunction({ firstMapped, bits, data }: VoiLut): VoiFunction {
  const scale = WHITE / (2 ** bits - 1);
  const last = data.length - 1;
  // Values below the first mapped one take the first entry, values above the last take the last (C.11.2.1.1).
  return (x) => Math.min(data[Math.max(0, Math.min(last, Math.round(x) - firstMapped))]! * scale, WHITE);
}

/**
 * The function of a window or table: modality value -> real presentation value in [0, 255], before inversion.
 * Throws `request.invalid` for a width that PS3.3 does not allow.
 */
export function voiFunction(voi: Voi): VoiFunction {
  if (!isValidVoi(voi)) {
    throw voi.kind === 'window'
      ? new HifuseError('request.invalid', {
          reason: 'window',
          center: voi.center,
          width: voi.width,
          function: voi.function,
        })
      : new HifuseError('request.invalid', { reason: 'voi-table' });
  }
  return voi.kind === 'lut' ? lutFunction(voi) : WINDOW_FUNCTIONS[voi.function](voi.center, voi.width);
}

type GrayFacts = Pick<Frame, 'rescale' | 'invert' | 'minimum' | 'maximum' | 'padding' | 'voi' | 'automaticWindow'>;

/** Stored value -> 8-bit grey with rescale, VOI and inversion. What is no number becomes black. */
function storedToGray(frame: GrayFacts, voi: Voi | null): VoiFunction {
  const toPresentation = voiFunction(voi ?? defaultVoi(frame));
  const { slope, intercept } = frame.rescale;
  const invert = frame.invert;
  return (stored) => {
    const y = Math.round(toPresentation(stored * slope + intercept));
    if (Number.isNaN(y)) return BLACK;
    return invert ? WHITE - y : y;
  };
}

/** An 8-bit table over stored values: stored value `firstMapped + i` is shown as grey `data[i]`, inversion included. */
export interface DisplayLut {
  firstMapped: number;
  data: Uint8Array<ArrayBuffer>;
}

const isInteger = (pixels: PixelArray): boolean => !(pixels instanceof Float32Array || pixels instanceof Float64Array);

/**
 * The table over the stored range of a grayscale frame (padding included) for `voi`, or for the frame's default where
 * null. Returns null where no table is possible: floating-point pixels, or a range of more than 65536 values; use
 * {@link applyVoi} then.
 */
export function displayLut(frame: GrayFacts & Pick<Frame, 'pixels'>, voi: Voi | null): DisplayLut | null {
  if (!isInteger(frame.pixels)) return null;
  const first = Math.min(frame.minimum, frame.padding?.low ?? frame.minimum);
  const last = Math.max(frame.maximum, frame.padding?.high ?? frame.maximum);
  const entries = last - first + 1;
  if (!(entries >= 1 && entries <= MAX_TABLE_ENTRIES)) return null;
  const toGray = storedToGray(frame, voi);
  const data = new Uint8Array(entries);
  for (let i = 0; i < entries; i++) data[i] = toGray(first + i);
  return { firstMapped: first, data };
}

/**
 * A grayscale frame as it is shown: rows*columns bytes, 0 black, 255 white. `voi` null means the frame's default.
 * Throws `request.invalid` for a colour frame or an impossible width.
 */
export function applyVoi(
  frame: GrayFacts & Pick<Frame, 'pixels' | 'colour'>,
  voi: Voi | null = null,
): Uint8Array<ArrayBuffer> {
  if (frame.colour !== 'grayscale') {
    throw new HifuseError('request.invalid', { reason: 'colour-window' });
  }
  const { pixels } = frame;
  const gray = new Uint8Array(pixels.length);
  const lut = displayLut(frame, voi);
  if (lut) {
    const { data, firstMapped } = lut;
    for (let i = 0; i < gray.length; i++) gray[i] = data[pixels[i]! - firstMapped]!;
  } else {
    const toGray = storedToGray(frame, voi);
    for (let i = 0; i < gray.length; i++) gray[i] = toGray(pixels[i]!);
  }
  return gray;
}

/** Window width and level as readers write them, 'W 400 L 40': as many decimals as matter at that width, none from 10 on. */
export function describeWindow({ center, width }: Pick<VoiWindow, 'center' | 'width'>): string {
  const decimals = width >= 10 || width <= 0 ? 0 : Math.min(12, -Math.floor(Math.log10(width / 10)));
  const number = (value: number): string => String(Number(value.toFixed(decimals)));
  return `W ${number(width)} L ${number(center)}`;
}

/** A window or table in words, for the app, the report and results: 'W 400 L 40', 'W 400 L 40 SIGMOID', 'VOI table'. */
export function describeVoi(voi: Voi): string {
  if (voi.kind === 'lut') return voi.explanation ? `VOI table (${voi.explanation})` : 'VOI table';
  const fn = voi.function === 'LINEAR' ? '' : ` ${voi.function}`;
  const explanation = voi.explanation ? ` (${voi.explanation})` : '';
  return `${describeWindow(voi)}${fn}${explanation}`;
}
