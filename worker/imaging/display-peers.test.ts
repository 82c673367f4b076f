/**
 * What we show against what DCMTK shows: the same file, the same explicit window, 8 bits, every pixel. Stored values,
 * rescale, VOI, inversion and colour conversion all take part. Runs where DCMTK and the corpus are there.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { Frame, VoiWindow } from '../../models/imaging/frame.ts';
import { applyVoi, defaultVoi } from '../../models/imaging/voi.ts';
import { encodeDicom, type DataSetValues } from './dicom/write.ts';
import { decodeFrame } from './index.ts';

const CORPUS = '../shared/dicom';

interface Header {
  transferSyntax?: string;
  hasPixels: boolean;
}

/** Known differences, file by file: why, and whether ours is right. Anything else must agree within the bounds below. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'pydicom/test_files/rtdose_expb.dcm':
    'DCMTK swaps the two bytes of each 16-bit word of 32-bit big-endian pixels, not the four bytes. Ours equals the ' +
    'little-endian original (rtdose.dcm), and pydicom.',
  'pydicom/test_files/rtdose_expb_1frame.dcm': 'As rtdose_expb.dcm.',
  'pylibjpeg-data/ljdata/ds/JPEGBaseline/SC_rgb_jpeg_lossy_gdcm.dcm':
    'The file says RGB and its JPEG stream has neither a JFIF nor an Adobe marker. DCMTK takes the guess of libjpeg, ' +
    'YCbCr; ours, pydicom and GDCM take the file at its word.',
};

/**
 * Bounds. Grayscale: DCMTK truncates grey levels, after inversion, where we round to the nearest: ours is equal or one
 * above. Colour of lossy JPEG: one level either way, since the inverse transforms round differently.
 */
const BOUNDS: Record<Frame['colour'], { lowest: number; highest: number }> = {
  grayscale: { lowest: 0, highest: 1 },
  rgb: { lowest: -1, highest: 1 },
};

/** JPEG 2000 and HTJ2K: Debian's DCMTK has no codec. JPEG-LS: has a command of its own. */
const UNKNOWN_TO_DCMTK = /^1\.2\.840\.10008\.1\.2\.4\.(9\d|20\d)$/;
const JPEG_LS = /^1\.2\.840\.10008\.1\.2\.4\.8[01]$/;

function hasDcmtk(): boolean {
  try {
    execFileSync('dcmj2pnm', ['--version'], { stdio: 'ignore' });
    execFileSync('dcml2pnm', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'hifuse-display-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Pnm {
  columns: number;
  rows: number;
  pixels: Uint8Array;
}

function readPnm(path: string): Pnm {
  const bytes = readFileSync(path);
  const header = /^P[56]\s(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 200).toString('latin1'))!;
  return { columns: Number(header[1]), rows: Number(header[2]), pixels: bytes.subarray(header[0].length) };
}

let runs = 0;

/** DCMTK's picture of the first frame; null where it cannot make one. */
async function dcmtk(path: string, syntax: string, voi: readonly string[]): Promise<Pnm | null> {
  const out = join(folder, `${runs++}.pnm`);
  const tool = JPEG_LS.test(syntax) ? 'dcml2pnm' : 'dcmj2pnm';
  try {
    await run(tool, ['--quiet', '--no-overlays', ...voi, '--write-raw-pnm', path, out], { timeout: 30_000 });
    return readPnm(out);
  } catch {
    return null;
  } finally {
    rmSync(out, { force: true });
  }
}

/** A window that DCMTK can be given: our default one with few digits, the function aside. */
function explicitWindow(frame: Frame, fn: VoiWindow['function']): VoiWindow {
  const voi = defaultVoi(frame);
  const { center, width } = voi.kind === 'window' ? voi : frame.automaticWindow;
  const short = (value: number): number => Number(value.toFixed(3));
  return { kind: 'window', function: fn, center: short(center), width: Math.max(1, short(width)), explanation: '' };
}

const FUNCTION_OPTIONS: Partial<Record<VoiWindow['function'], string>> = {
  LINEAR: '--linear-function',
  SIGMOID: '--sigmoid-function',
};

const options = (voi: VoiWindow): string[] => [
  FUNCTION_OPTIONS[voi.function]!,
  '--set-window',
  String(voi.center),
  String(voi.width),
];

/** What makes DCMTK show a file as we do by default: its first table or window, else all values, but 8 bits as they are. */
function defaultOptions(frame: Frame): string[] {
  const voi = defaultVoi(frame);
  if (voi.kind === 'lut') return ['--use-voi-lut', '1'];
  if (voi !== frame.automaticWindow) return ['--use-window', '1'];
  return voi.width === 256 && voi.center === 128 ? [] : ['--min-max-window'];
}

/** Of these, DCMTK's smallest value is their padding (-2000), which ours leaves out. */
const PADDED = /^dicomParser\/.*CT1_UNC/;

function differences(ours: ArrayLike<number>, theirs: Uint8Array): { lowest: number; highest: number } {
  let lowest = 0;
  let highest = 0;
  for (let i = 0; i < ours.length; i++) {
    const difference = ours[i]! - theirs[i]!;
    if (difference < lowest) lowest = difference;
    if (difference > highest) highest = difference;
  }
  return { lowest, highest };
}

const available = existsSync(CORPUS) && hasDcmtk();
const headers = available
  ? (JSON.parse(readFileSync(join(CORPUS, 'expected.json'), 'utf8')) as Record<string, Header>)
  : {};
const renderable = Object.entries(headers)
  .filter(([, { hasPixels, transferSyntax = '' }]) => hasPixels && !UNKNOWN_TO_DCMTK.test(transferSyntax))
  .map(([name, { transferSyntax = '' }]) => ({ name, syntax: transferSyntax }));

describe.skipIf(!available)('what is shown equals what DCMTK shows', () => {
  let compared = 0;

  async function compare(name: string, syntax: string, fn: VoiWindow['function'] | null): Promise<void> {
    const path = join(CORPUS, name);
    const frame = await decodeFrame(path, 0).catch(() => null);
    if (!frame) return; // whether refusing is right, the decoder's own tests say
    const voi = fn && explicitWindow(frame, fn);
    const asked = voi ? options(voi) : defaultOptions(frame);
    const theirs = await dcmtk(path, syntax, frame.colour === 'rgb' ? [] : asked);
    if (!theirs) return;
    expect([theirs.columns, theirs.rows]).toEqual([frame.columns, frame.rows]);
    const ours = frame.colour === 'rgb' ? frame.pixels : applyVoi(frame, voi);
    expect(theirs.pixels.length).toBe(ours.length);
    const { lowest, highest } = differences(ours, theirs.pixels);
    const bounds = BOUNDS[frame.colour];
    const agrees = lowest >= bounds.lowest && highest <= bounds.highest;
    const isPadded = voi === null && PADDED.test(name);
    expect(agrees, `${lowest}..${highest}`).toBe(EXPLAINED[name] === undefined && !isPadded);
    compared++;
  }

  test.concurrent.each(renderable)('$name', ({ name, syntax }) => compare(name, syntax, 'LINEAR'));

  const sigmoid = renderable.filter(({ name }, i) => i % 10 === 0 && !EXPLAINED[name]);
  test.concurrent.each(sigmoid)('$name with SIGMOID', ({ name, syntax }) => compare(name, syntax, 'SIGMOID'));

  const byDefault = process.env.HIFUSE_LONG === '1' ? renderable : [];
  test.concurrent.for(byDefault)('$name by default', ({ name, syntax }) => compare(name, syntax, null));

  // Placed last: the concurrent tests of a describe end before this one starts.
  test('enough files were compared', () => {
    expect(compared).toBeGreaterThan(150);
  });
});

/** A ramp over all 12-bit values with what no file of the corpus has: tables, odd slopes, MONOCHROME1. */
const ramp = (values: DataSetValues): Uint8Array =>
  encodeDicom({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
    SOPInstanceUID: '2.25.1',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 64,
    Columns: 64,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    PixelData: Uint16Array.from({ length: 4096 }, (_, i) => i),
    ...values,
  });

const curve = (entries: number, bits: number): number[] =>
  Array.from({ length: entries }, (_, i) => Math.round((i / (entries - 1)) ** 2 * (2 ** bits - 1)));

const table = (firstMapped: number, entries: number, bits: number): DataSetValues => ({
  'LUTDescriptor/US': [entries, firstMapped, bits],
  'LUTData/OW': Uint16Array.from(curve(entries, bits)),
});

/**
 * Tables of more than 8 bits: DCMTK gives every grey level the same number of table values (value * 256 / 2^bits,
 * truncated), where we map the table's range onto 0 to 255 and round. One level either way.
 */
const DEEP_TABLE = -1;

describe.skipIf(!hasDcmtk())('generated files', () => {
  test.each<{ name: string; values: DataSetValues; options: string[]; lowest?: number }>([
    { name: 'VOI table, 8 bits', values: { VOILUTSequence: [table(500, 2000, 8)] }, options: ['--use-voi-lut', '1'] },
    {
      name: 'VOI table, 12 bits',
      values: { VOILUTSequence: [table(0, 4096, 12)] },
      options: ['--use-voi-lut', '1'],
      lowest: DEEP_TABLE,
    },
    {
      name: 'VOI table, 16 bits',
      values: { VOILUTSequence: [table(100, 3000, 16)] },
      options: ['--use-voi-lut', '1'],
      lowest: DEEP_TABLE,
    },
    {
      name: 'VOI table, MONOCHROME1',
      values: { VOILUTSequence: [table(100, 3000, 12)], PhotometricInterpretation: 'MONOCHROME1' },
      options: ['--use-voi-lut', '1'],
      lowest: DEEP_TABLE,
    },
    {
      name: 'window of the file, fractional slope',
      values: { RescaleSlope: '0.37', RescaleIntercept: '-120.5', WindowCenter: '300.25', WindowWidth: '777.5' },
      options: ['--use-window', '1'],
    },
    {
      name: 'window of the file, negative slope',
      values: { RescaleSlope: '-1', RescaleIntercept: '1000', WindowCenter: '-200', WindowWidth: '1500' },
      options: ['--use-window', '1'],
    },
    {
      name: 'window of width 1',
      values: { WindowCenter: '2000', WindowWidth: '1' },
      options: ['--use-window', '1'],
    },
    {
      name: 'window, MONOCHROME1',
      values: { WindowCenter: '1800', WindowWidth: '1234', PhotometricInterpretation: 'MONOCHROME1' },
      options: ['--use-window', '1'],
    },
    {
      name: 'sigmoid, MONOCHROME1',
      values: {
        WindowCenter: '1800',
        WindowWidth: '1234',
        VOILUTFunction: 'SIGMOID',
        PhotometricInterpretation: 'MONOCHROME1',
      },
      options: ['--use-window', '1'],
    },
    {
      name: 'modality table',
      values: {
        ModalityLUTSequence: [{ ...table(0, 4096, 16), ModalityLUTType: 'US' }],
        WindowCenter: '30000',
        WindowWidth: '50000',
      },
      options: ['--use-window', '1'],
    },
  ])('$name', async ({ values, options: given, lowest: least = 0 }) => {
    const path = join(folder, `${runs++}.dcm`);
    writeFileSync(path, ramp(values));
    const theirs = await dcmtk(path, '', given);
    const { lowest, highest } = differences(applyVoi(await decodeFrame(path, 0)), theirs!.pixels);
    expect(lowest).toBeGreaterThanOrEqual(least);
    expect(highest).toBeLessThanOrEqual(1);
  });
});
