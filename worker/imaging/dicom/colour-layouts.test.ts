/**
 * Colour in every interleave and planar form that a codec can have, as independent encoders write it: the stored values
 * are those of the picture, pixel by pixel, whatever stood beside what in the stream.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { withImageFile } from '../image-file.ts';
import { decodeFrame } from '../index.ts';
import { TestFolder, phantom } from '../testing/image.ts';
import { hasTool, runTool } from '../testing/tools.ts';
import { parseDicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

// Even, since GDCM cannot write an odd number of bytes; of no tile's or block's size.
const [ROWS, COLUMNS] = [62, 86];
const PIXELS = ROWS * COLUMNS;

type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Three channels of which none resembles another, interleaved. */
function picture(bits: number, turn = 0): Samples {
  const grey = phantom(ROWS, COLUMNS, bits);
  const largest = 2 ** bits - 1;
  const channels = [
    (i: number) => grey[i]!,
    (i: number) => Math.floor(((i % COLUMNS) / COLUMNS) * largest),
    (i: number) => largest - grey[PIXELS - 1 - i]!,
  ];
  const samples = bits > 8 ? new Uint16Array(PIXELS * 3) : new Uint8Array(PIXELS * 3);
  for (let i = 0; i < PIXELS; i++) {
    for (let channel = 0; channel < 3; channel++) samples[i * 3 + channel] = channels[(channel + turn) % 3]!(i);
  }
  return samples;
}

/** Planar Configuration 1: all of a frame's first channel, then its second, then its third. */
const byPlane = (interleaved: Samples): Samples =>
  interleaved.map((_, i) => interleaved[(i % PIXELS) * 3 + Math.floor(i / PIXELS)]!);

function join2(first: Samples, second: Samples): Samples {
  const joined = first.length + second.length;
  const both = first instanceof Uint8Array ? new Uint8Array(joined) : new Uint16Array(joined);
  both.set(first);
  both.set(second, first.length);
  return both;
}

interface Kind {
  values: DataSetValues;
  /** Per frame, interleaved. */
  frames: Samples[];
}

function kind(bits: 8 | 16, photometric: string, planar: 0 | 1, frames: Samples[]): Kind {
  const laid = planar ? frames.map(byPlane) : frames;
  return {
    frames,
    values: {
      Rows: ROWS,
      Columns: COLUMNS,
      NumberOfFrames: frames.length,
      SamplesPerPixel: 3,
      PhotometricInterpretation: photometric,
      PlanarConfiguration: planar,
      BitsAllocated: bits,
      BitsStored: bits,
      HighBit: bits - 1,
      PixelData: laid.reduce(join2),
    },
  };
}

const KINDS: Record<string, Kind> = {
  'RGB by pixel': kind(8, 'RGB', 0, [picture(8)]),
  'RGB by plane': kind(8, 'RGB', 1, [picture(8)]),
  'YBR_FULL by pixel': kind(8, 'YBR_FULL', 0, [picture(8)]),
  'YBR_FULL by plane': kind(8, 'YBR_FULL', 1, [picture(8)]),
  'RGB of 16 bits by pixel': kind(16, 'RGB', 0, [picture(16)]),
  'RGB of 16 bits by plane': kind(16, 'RGB', 1, [picture(16)]),
  'two frames of RGB by pixel': kind(8, 'RGB', 0, [picture(8), picture(8, 1)]),
  'two frames of RGB by plane': kind(8, 'RGB', 1, [picture(8), picture(8, 1)]),
};
const ALL = Object.keys(KINDS);
const ONE_FRAME_8 = ['RGB by pixel', 'RGB by plane'];

const storedOf = (path: string, frame = 0) =>
  withImageFile(path, (file) => readStoredFrame(file, parseDicom(file), frame));

async function expectFrames(path: string, frames: readonly Samples[]): Promise<void> {
  for (const [frame, expected] of frames.entries()) {
    const { samples } = await storedOf(path, frame);
    expect(samples.constructor).toBe(expected.constructor);
    // By index: a failing toEqual of whole pictures takes half a minute to print.
    expect(expected.findIndex((value, i) => value !== samples[i])).toBe(-1);
  }
}

const UNCOMPRESSED = '1.2.840.10008.1.2.1.98';
const DEFLATED_FRAME = '1.2.840.10008.1.2.8.1';

const frameBytes = ({ values, frames }: Kind): Uint8Array[] => {
  const all = values.PixelData as Samples;
  const size = all.byteLength / frames.length;
  return frames.map((_, frame) => new Uint8Array(all.buffer, frame * size, size));
};

describe.each(ALL)('%s', (name) => {
  const made = KINDS[name]!;

  test('native', () => expectFrames(folder.image(made.values), made.frames));

  test('native in fragments', () =>
    expectFrames(
      folder.image({ ...made.values, PixelData: { fragments: frameBytes(made) } }, UNCOMPRESSED),
      made.frames,
    ));

  test('each frame deflated', () => {
    const fragments = frameBytes(made).map((bytes) => deflateRawSync(bytes));
    return expectFrames(folder.image({ ...made.values, PixelData: { fragments } }, DEFLATED_FRAME), made.frames);
  });
});

/** DCMTK's JPEG encoder mixes the planes of two frames, as its own decoder shows. */
const NOT_TWO_FRAMES_BY_PLANE = ALL.filter((name) => name !== 'two frames of RGB by plane');

/** Encoders without loss: command, its options, and what it can write. */
const LOSSLESS: [label: string, command: string, args: string[], kinds?: string[]][] = [
  ['native, planes by GDCM', 'gdcmconv', ['--raw', '--planar-configuration', '1']],
  ['native, big endian by DCMTK', 'dcmconv', ['+tb']],
  ['RLE by DCMTK', 'dcmcrle', []],
  ['RLE by GDCM', 'gdcmconv', ['--rle']],
  ['JPEG lossless SV1 by DCMTK', 'dcmcjpeg', ['+e1'], NOT_TWO_FRAMES_BY_PLANE],
  ...[1, 2, 3, 4, 5, 6, 7].map((value): [string, string, string[], string[]] => [
    `JPEG lossless, predictor ${value}, by DCMTK`,
    'dcmcjpeg',
    ['+el', '+sv', String(value)],
    NOT_TWO_FRAMES_BY_PLANE,
  ]),
  ['JPEG lossless by GDCM', 'gdcmconv', ['--jpeg']],
  ['JPEG-LS by line, DCMTK', 'dcmcjpls', ['+il']],
  ['JPEG-LS by sample, DCMTK', 'dcmcjpls', ['+is']],
  ['JPEG-LS not interleaved, DCMTK', 'dcmcjpls', ['+in']],
  ['JPEG-LS as the source lies, DCMTK', 'dcmcjpls', ['+iv']],
  ['JPEG-LS cooked, not interleaved, DCMTK', 'dcmcjpls', ['+pc', '+in']],
  ['JPEG-LS by GDCM', 'gdcmconv', ['--jpegls']],
  ['JPEG 2000 by GDCM', 'gdcmconv', ['--j2k']],
  ['JPEG 2000 in tiles by GDCM', 'gdcmconv', ['--j2k', '--tile', '32,32']],
];

describe.each(LOSSLESS)('%s', (label, command, args, kinds = ALL) => {
  test.skipIf(!hasTool(command)).each(kinds)('%s', async (name) => {
    const { values, frames } = KINDS[name]!;
    const path = join(folder.path, `${label}-${name}.dcm`.replaceAll('/', '-'));
    runTool(command, ...args, folder.image(values), path);
    await expectFrames(path, frames);
  });
});

/** Encoders with loss against DCMTK's decoders: equal but for the rounding of two inverse transforms. */
const LOSSY: [label: string, encode: string, args: string[], decode: string[], most: number][] = [
  ['JPEG-LS near-lossless by line', 'dcmcjpls', ['+en', '+il'], ['dcmdjpls'], 0],
  ['JPEG-LS near-lossless by sample', 'dcmcjpls', ['+en', '+is'], ['dcmdjpls'], 0],
  ['JPEG-LS near-lossless, not interleaved', 'dcmcjpls', ['+en', '+in'], ['dcmdjpls'], 0],
  ...(['+eb', '+ee', '+es', '+ep'] as const).flatMap((process) =>
    (['+s4', '+s2', '+n2', '+n1', '+np'] as const).map((sampling): [string, string, string[], string[], number] => [
      `JPEG ${process} ${sampling}`,
      'dcmcjpeg',
      [process, sampling],
      ['dcmdjpeg', '+cl'],
      2,
    ]),
  ),
  ['JPEG of RGB', 'dcmcjpeg', ['+eb', '+cr'], ['dcmdjpeg', '+cn'], 1],
];

describe.each(LOSSY)('%s, against DCMTK', (label, encode, args, [decode, ...options], most) => {
  test.skipIf(!hasTool(encode)).each(ONE_FRAME_8)('%s', async (name) => {
    const base = join(folder.path, `${label}-${name}`);
    runTool(encode, ...args, folder.image(KINDS[name]!.values), `${base}.dcm`);
    runTool(decode!, ...options, `${base}.dcm`, `${base}.raw.dcm`);
    const [ours, theirs] = [await decodeFrame(`${base}.dcm`, 0), await decodeFrame(`${base}.raw.dcm`, 0)];
    expect(Math.max(...ours.pixels.map((value, i) => Math.abs(value - theirs.pixels[i]!)))).toBeLessThanOrEqual(most);
  });
});

/** Forms of a JPEG 2000 codestream. */
const J2K_FORMS: [label: string, args: string[]][] = [
  ['with the component transform', ['-mct', '1']],
  ['without the component transform', ['-mct', '0']],
  ...['LRCP', 'RLCP', 'RPCL', 'PCRL', 'CPRL'].map((order): [string, string[]] => [`in order ${order}`, ['-p', order]]),
  ['in tiles', ['-t', '32,32']],
  ['in parts of tiles by component', ['-t', '40,40', '-TP', 'C', '-p', 'CPRL']],
  ['in parts of tiles by resolution, with packet markers', ['-TP', 'R', '-SOP', '-EPH']],
  ['with all modes of the block coder', ['-M', '63']],
];

describe.each(J2K_FORMS)('JPEG 2000 %s, by OpenJPEG', (label, args) => {
  test.skipIf(!hasTool('opj_compress')).each(['RGB by pixel', 'RGB of 16 bits by pixel'])('%s', async (name) => {
    const { values, frames } = KINDS[name]!;
    const base = join(folder.path, `${label}-${name}`);
    const planes = byPlane(frames[0]!);
    // Raw files have big endian words.
    const raw = Buffer.from(planes.buffer);
    writeFileSync(`${base}.raw`, planes instanceof Uint16Array ? raw.swap16() : raw);
    const form = `${COLUMNS},${ROWS},3,${String(values.BitsStored)},u`;
    runTool('opj_compress', '-i', `${base}.raw`, '-F', form, '-o', `${base}.j2k`, ...args);
    const fragments = [readFileSync(`${base}.j2k`)];
    const transformed = args.includes('0') ? 'RGB' : 'YBR_RCT';
    const dicom = { ...values, PhotometricInterpretation: transformed, PixelData: { fragments } };
    await expectFrames(folder.image(dicom, '1.2.840.10008.1.2.4.90'), frames);
  });
});

/** Three JPEG streams of one component each as one of three components, a scan for each (ITU-T T.81 A.2.2). */
function separateScans(streams: readonly Uint8Array[]): Uint8Array {
  const parts = streams.map((stream) => {
    const bytes = Buffer.from(stream);
    const [frame, scan] = [bytes.indexOf(Buffer.of(0xff, 0xc0)), bytes.indexOf(Buffer.of(0xff, 0xda))];
    return { bytes, frame, scan, length: 2 + bytes.readUInt16BE(frame + 2) };
  });
  const [{ bytes, frame, scan, length }] = parts as [(typeof parts)[0]];
  const size = bytes.subarray(frame + 4, frame + 9);
  const components = [1, 2, 3].flatMap((id) => [id, 0x11, 0]);
  const scans = parts.map((part, i) =>
    Buffer.concat([Buffer.of(0xff, 0xda, 0, 8, 1, i + 1, 0, 0, 63, 0), part.bytes.subarray(part.scan + 10, -2)]),
  );
  return Buffer.concat([
    bytes.subarray(0, frame),
    Buffer.of(0xff, 0xc0, 0, 17, ...size, 3, ...components),
    bytes.subarray(frame + length, scan),
    ...scans,
    Buffer.of(0xff, 0xd9),
  ]);
}

test('JPEG with a scan for each component', async () => {
  const made = KINDS['RGB by plane']!;
  const planes = [0, 1, 2].map((i) => (made.values.PixelData as Uint8Array).subarray(i * PIXELS, (i + 1) * PIXELS));
  const raw = { raw: { width: COLUMNS, height: ROWS, channels: 1 as const } };
  const streams = await Promise.all(
    planes.map((plane) =>
      sharp(plane, raw).toColourspace('b-w').jpeg({ quality: 95, optimiseCoding: false }).toBuffer(),
    ),
  );
  const greys = await Promise.all(streams.map((stream) => sharp(stream).toColourspace('b-w').raw().toBuffer()));
  const path = folder.image(
    { ...made.values, PixelData: { fragments: [separateScans(streams)] } },
    '1.2.840.10008.1.2.4.50',
  );
  const { samples } = await storedOf(path);
  const distances = Array.from(samples, (value, i) => Math.abs(value - greys[i % 3]![Math.floor(i / 3)]!));
  expect(Math.max(...distances)).toBeLessThanOrEqual(1);
});
