/**
 * Damage must not pass in silence: what is shown of a damaged file although its values are not those that were recorded
 * carries a warning. Some codecs cannot know: a byte of RLE is as good as any other. How many pass unnoticed is counted
 * for every codec and kind of damage; 500 files each with HIFUSE_LONG=1, which prints the table of bench/RESULTS.md.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { randomFrom, type Random } from '../../models/random.ts';
import { encodeDicom } from './dicom/write.ts';
import { withImageFile } from './image-file.ts';
import { decodeFrame } from './index.ts';
import { parseDicom } from './dicom/parse.ts';
import { indexFrames, readFragments } from './dicom/encapsulated.ts';
import { sharp } from './raster/codec.ts';
import { TestFolder, phantom } from './testing/image.ts';
import { hasTool, runTool } from './testing/tools.ts';

const LONG = process.env.HIFUSE_LONG === '1';
const CASES = LONG ? 500 : 10;
const [ROWS, COLUMNS] = [128, 160];

const folder = new TestFolder();

type Damage = (stream: Buffer, next: Random) => Buffer;

/** Where headers end and pixels begin, about: a damaged header is another matter and is refused. */
const HEADER_SHARE = 0.1;
const somewhere = (length: number, next: Random) =>
  Math.floor(length * (HEADER_SHARE + (0.95 - HEADER_SHARE) * next()));

const DAMAGES: Record<string, Damage> = {
  'cut off': (stream, next) => stream.subarray(0, somewhere(stream.length, next)),
  'cut off, end kept': (stream, next) =>
    Buffer.concat([stream.subarray(0, somewhere(stream.length, next)), stream.subarray(-2)]),
  'zeroed in the middle': (stream, next) => {
    const start = somewhere(stream.length, next);
    const length = Math.max(16, Math.floor(stream.length * 0.2 * next()));
    return Buffer.from(stream).fill(0, start, Math.min(stream.length - 2, start + length));
  },
  'bits flipped': (stream, next) => {
    const damaged = Buffer.from(stream);
    for (let count = 1 + Math.floor(next() * 8); count > 0; count--) {
      damaged[somewhere(stream.length, next)]! ^= 1 << Math.floor(next() * 8);
    }
    return damaged;
  },
};

interface Subject {
  stream: Buffer;
  /** A file around a stream. */
  wrap: (stream: Buffer) => Uint8Array;
}

const grey = (bits: number) => {
  const wide = bits > 8;
  const samples = phantom(ROWS, COLUMNS, bits);
  return {
    Rows: ROWS,
    Columns: COLUMNS,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: wide ? 16 : 8,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
    PixelData: wide ? samples : Uint8Array.from(samples),
  };
};

/** The compressed stream of what a command makes of a picture, and DICOM files around others of its kind. */
async function dicomSubject(bits: number, uid: string, command: string, args: string[]): Promise<Subject> {
  const out = join(folder.path, `${uid}-${args.join('')}.dcm`);
  runTool(command, ...args, folder.image(grey(bits)), out);
  const stream = await withImageFile(out, (file) => {
    const dicom = parseDicom(file);
    return Buffer.from(readFragments(file, indexFrames(file, dicom, dicom.pixels!, 1).fragments(0), 0));
  });
  return dicomAround(bits, uid, stream);
}

const dicomAround = (bits: number, uid: string, stream: Buffer): Subject => ({
  stream,
  wrap: (fragment) => encodeDicom({ ...grey(bits), PixelData: { fragments: [fragment] } }, uid),
});

const require = createRequire(import.meta.url);

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  setQuality(reversible: boolean, quality: number): void;
  encode(): void;
}

async function htj2k(): Promise<Buffer> {
  const load = require('@cornerstonejs/codec-openjph/wasmjs') as () => Promise<{ HTJ2KEncoder: new () => Encoder }>;
  const encoder = new (await load()).HTJ2KEncoder();
  const info = { width: COLUMNS, height: ROWS, bitsPerSample: 12, componentCount: 1, isSigned: false };
  encoder
    .getDecodedBuffer({ ...info, isUsingColorTransform: false })
    .set(new Uint8Array(phantom(ROWS, COLUMNS, 12).buffer));
  encoder.setQuality(true, 0);
  encoder.encode();
  return Buffer.from(encoder.getEncodedBuffer());
}

const picture = () => {
  const raw = { width: COLUMNS, height: ROWS, channels: 1 as const };
  return sharp(Uint8Array.from(phantom(ROWS, COLUMNS, 8)), { raw }).toColourspace('b-w');
};
const file = (stream: Buffer): Subject => ({ stream, wrap: (bytes) => bytes });

function bmp(): Buffer {
  const header = Buffer.alloc(54 + 1024);
  header.write('BM');
  header.writeUInt32LE(header.length + ROWS * COLUMNS, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(COLUMNS, 18);
  header.writeInt32LE(ROWS, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(8, 28);
  for (let i = 0; i < 256; i++) header.fill(i, 54 + i * 4, 54 + i * 4 + 3);
  return Buffer.concat([header, Uint8Array.from(phantom(ROWS, COLUMNS, 8))]);
}

const SUBJECTS: Record<string, { tool?: string; make: () => Subject | Promise<Subject> }> = {
  'JPEG file': { make: async () => file(await picture().jpeg({ quality: 90 }).toBuffer()) },
  'JPEG file, progressive': {
    make: async () => file(await picture().jpeg({ quality: 90, progressive: true }).toBuffer()),
  },
  'PNG file': { make: async () => file(await picture().png().toBuffer()) },
  'TIFF file, LZW': { make: async () => file(await picture().tiff({ compression: 'lzw' }).toBuffer()) },
  'TIFF file, deflate': { make: async () => file(await picture().tiff({ compression: 'deflate' }).toBuffer()) },
  'TIFF file, JPEG': { make: async () => file(await picture().tiff({ compression: 'jpeg', quality: 90 }).toBuffer()) },
  'WebP file': { make: async () => file(await picture().webp({ quality: 90 }).toBuffer()) },
  'WebP file, lossless': { make: async () => file(await picture().webp({ lossless: true }).toBuffer()) },
  'BMP file': { make: () => file(bmp()) },
  'JPEG baseline': { tool: 'dcmcjpeg', make: () => dicomSubject(8, '1.2.840.10008.1.2.4.50', 'dcmcjpeg', ['+eb']) },
  'JPEG extended, 12 bits': {
    tool: 'dcmcjpeg',
    make: () => dicomSubject(12, '1.2.840.10008.1.2.4.51', 'dcmcjpeg', ['+ee']),
  },
  'JPEG progressive': { tool: 'dcmcjpeg', make: () => dicomSubject(8, '1.2.840.10008.1.2.4.55', 'dcmcjpeg', ['+ep']) },
  'JPEG lossless': { tool: 'dcmcjpeg', make: () => dicomSubject(12, '1.2.840.10008.1.2.4.70', 'dcmcjpeg', ['+e1']) },
  'JPEG-LS': { tool: 'dcmcjpls', make: () => dicomSubject(12, '1.2.840.10008.1.2.4.80', 'dcmcjpls', ['+el']) },
  'JPEG-LS near-lossless': {
    tool: 'dcmcjpls',
    make: () => dicomSubject(12, '1.2.840.10008.1.2.4.81', 'dcmcjpls', ['+en']),
  },
  'JPEG 2000': { tool: 'gdcmconv', make: () => dicomSubject(12, '1.2.840.10008.1.2.4.90', 'gdcmconv', ['--j2k']) },
  HTJ2K: { make: async () => dicomAround(12, '1.2.840.10008.1.2.4.201', await htj2k()) },
  RLE: { tool: 'dcmcrle', make: () => dicomSubject(12, '1.2.840.10008.1.2.5', 'dcmcrle', []) },
  'Deflated frame': {
    make: () =>
      dicomAround(12, '1.2.840.10008.1.2.8.1', deflateRawSync(new Uint8Array(phantom(ROWS, COLUMNS, 12).buffer))),
  },
};

/** Of these, at most so much may pass: all but uncompressed pixels and lossless WebP, whose flat parts are zeros, can tell. */
const AT_MOST = 0.02;
const UNKNOWING = /^BMP|^WebP file, lossless/;
const KNOWN_DAMAGE = new Set(['cut off', 'cut off, end kept', 'zeroed in the middle']);

type Fate = 'refused' | 'warned' | 'unchanged' | 'silent';
const FATES: readonly Fate[] = ['refused', 'warned', 'unchanged', 'silent'];

async function fateOf(bytes: Uint8Array, sound: string): Promise<Fate> {
  try {
    const frame = await decodeFrame(folder.file(bytes), 0);
    if (frame.warnings.length > 0) return 'warned';
    return frame.content.sha256 === sound ? 'unchanged' : 'silent';
  } catch (error) {
    if (error instanceof HifuseError) return 'refused';
    throw error;
  }
}

const table: string[] = [];
afterAll(() => {
  folder.remove();
  const heading = `| Codec | Damage | ${FATES.join(' | ')} |\n| --- | --- | ${FATES.map(() => '---:').join(' | ')} |`;
  if (LONG || process.env.DAMAGE_TABLE) console.log([heading, ...table].join('\n'));
}, 600_000);

describe.each(Object.entries(SUBJECTS))('%s', (name, { tool, make }) => {
  const skipped = tool !== undefined && !hasTool(tool);
  test.skipIf(skipped)('undamaged, it has no warning', async () => {
    const { stream, wrap } = await make();
    expect((await decodeFrame(folder.file(wrap(stream)), 0)).warnings).toEqual([]);
  });

  test.skipIf(skipped).each(Object.keys(DAMAGES))('%s', { timeout: 600_000 }, async (kind) => {
    const { stream, wrap } = await make();
    const sound = (await decodeFrame(folder.file(wrap(stream)), 0)).content.sha256;
    const counts: Record<Fate, number> = { refused: 0, warned: 0, unchanged: 0, silent: 0 };
    const next = randomFrom(name.length * 1000 + kind.length);
    for (let i = 0; i < CASES; i++) counts[await fateOf(wrap(DAMAGES[kind]!(stream, next)), sound)]++;
    const shares = FATES.map((fate) => `${((100 * counts[fate]) / CASES).toFixed(1)} %`);
    table.push(`| ${name} | ${kind} | ${shares.join(' | ')} |`);
    if (!UNKNOWING.test(name) && KNOWN_DAMAGE.has(kind))
      expect(counts.silent).toBeLessThanOrEqual(Math.max(1, AT_MOST * CASES));
  });
});
