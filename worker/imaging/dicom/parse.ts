import { constants, inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import { warning, type Warning } from '../../../models/warnings.ts';
import { HifuseError } from '../../../models/errors.ts';
import { bytesInMemory, type ReadableBytes } from '../image-file.ts';
import { LIMITS } from '../limits.ts';
import { Attributes, implicitVr, type Reading } from './attributes.ts';
import { lookupTag } from './dictionary.ts';
import { countFrames } from './items.ts';
import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  transferSyntax,
  type TransferSyntax,
} from './syntaxes.ts';
import { VALUE_REPRESENTATIONS } from './vr.ts';

/** Where the pixels stand. */
export interface PixelElement {
  keyword: 'PixelData' | 'FloatPixelData' | 'DoubleFloatPixelData';
  vr: string;
  /** Of the first byte after the element's length, in {@link Dicom.body} or the file. */
  offset: number;
  /** null: undefined, the pixels are encapsulated in fragments. */
  length: number | null;
  /** Frames that are there at the most: no frame is without a fragment. Infinity for native pixels. */
  mostFrames: number;
}

/** A DICOM file up to its pixel data. */
export interface Dicom {
  name: string;
  /** File Meta Information (group 0002). */
  meta: Attributes;
  attributes: Attributes;
  syntax: TransferSyntax;
  /** null: there are none, or the file ends before them. */
  pixels: PixelElement | null;
  /** The inflated data set of a deflated file, in which the offsets count; null: they count in the file. */
  body: Uint8Array<ArrayBuffer> | null;
  /** The file ends, or makes no sense any more, before its pixel data. */
  cut: boolean;
  /** Bytes of memory that this holds. */
  headerBytes: number;
  warnings: readonly Warning[];
}

const PREAMBLE = 128;
const PIXEL_DATA = 'x7fe00010';
const PIXEL_ELEMENTS = [
  [PIXEL_DATA, 'PixelData'],
  ['x7fe00008', 'FloatPixelData'],
  ['x7fe00009', 'DoubleFloatPixelData'],
] as const;

interface Encoding {
  explicit: boolean;
  littleEndian: boolean;
}

/**
 * Reads a data set up to its pixel data, from as few bytes as it takes. The preamble and the meta header may be
 * missing; their group length is not trusted; what the bytes themselves say of VR and byte order goes before what the
 * transfer syntax says. Throws `dicom.corrupt`.
 */
export function parseDicom(file: ReadableBytes): Dicom {
  const warnings: Warning[] = [];
  const start = file.read(0, LIMITS.firstRead);
  const metaAt = hasMagic(start, PREAMBLE) ? PREAMBLE + 4 : hasMagic(start, 0) ? 4 : 0;
  if (metaAt !== PREAMBLE + 4) warnings.push(warning('dicom.no-preamble'));
  const meta = parseMeta(start, metaAt);
  const declared = meta.attributes.string('TransferSyntaxUID');
  if (!declared) warnings.push(warning('dicom.no-transfer-syntax'));

  const deflated = transferSyntax(declared).deflated;
  const body = deflated ? inflate(file, meta.end) : null;
  const source = body ? bytesInMemory(file.name, body) : file;
  const begin = body ? 0 : meta.end;
  const encoding = encodingAt(source.read(begin, 16), transferSyntax(declared), declared);
  if (!encoding) throw new HifuseError('dicom.corrupt', { reason: 'no-element', file: file.name });
  const found = parseGrowing(source, begin, encoding);
  const { pixels } = found;
  const declaredFrames = found.attributes.number('NumberOfFrames') ?? 1;
  // One frame is there or it is not; of several, a file may claim more than it has.
  if (pixels?.length === null && declaredFrames > 1) {
    pixels.mostFrames = Math.max(1, countFrames(source, pixels.offset, declaredFrames));
  }
  if (found.cut) warnings.push(warning('dicom.cut'));

  return {
    name: file.name,
    meta: meta.attributes,
    attributes: found.attributes,
    syntax: transferSyntax(declared || guessSyntax(encoding)),
    pixels,
    body,
    cut: found.cut,
    headerBytes: found.bytes + (body?.byteLength ?? 0),
    warnings,
  };
}

/**
 * True where bytes (of the start of a file) look like DICOM: 'DICM' after the preamble, or, without preamble, a first
 * element of group 0002 or 0008 and a second that fits.
 */
export function looksLikeDicom(bytes: Uint8Array): boolean {
  if (hasMagic(bytes, PREAMBLE) || hasMagic(bytes, 0)) return true;
  if (bytes.byteLength < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const group = view.getUint16(0, littleEndian);
    if (group !== 0x0002 && group !== 0x0008) continue;
    if (isKnownVr(bytes, 4)) return true;
    const length = view.getUint32(4, littleEndian);
    const next = 8 + length;
    if (length % 2 === 0 && next + 4 <= bytes.byteLength) {
      const nextGroup = view.getUint16(next, littleEndian);
      if (nextGroup === group && view.getUint16(next + 2, littleEndian) > view.getUint16(2, littleEndian)) return true;
    }
  }
  return false;
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return String.fromCharCode(...bytes.subarray(at, at + 4)) === 'DICM';
}

function isKnownVr(bytes: Uint8Array, at: number): boolean {
  return String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0) in VALUE_REPRESENTATIONS;
}

/** The bytes tell VR and byte order; null where there is nothing that could be an element. */
function encodingAt(bytes: Uint8Array, declared: TransferSyntax, uid: string): Encoding | null {
  if (bytes.byteLength < 8) return null;
  const explicit = isKnownVr(bytes, 4) || (bytes[4] === 0x55 && bytes[5] === 0x4e);
  const [low, high] = [bytes[0]!, bytes[1]!];
  // The first group is 0008 or near it: its high byte is zero and its low byte is not.
  const littleEndian = high === 0 && low !== 0 ? true : low === 0 && high !== 0 ? false : !declared.bigEndian;
  return { explicit: uid === IMPLICIT_LITTLE_ENDIAN && !isKnownVr(bytes, 4) ? false : explicit, littleEndian };
}

function guessSyntax({ explicit, littleEndian }: Encoding): string {
  if (!littleEndian) return EXPLICIT_BIG_ENDIAN;
  return explicit ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN;
}

/** Group 0002, which is explicit little endian; it ends where another group starts. */
function parseMeta(bytes: Uint8Array, at: number): { attributes: Attributes; end: number } {
  const parser = dicomParser.littleEndianByteArrayParser;
  const elements: Record<string, dicomParser.Element> = {};
  let end = at;
  try {
    const stream = new dicomParser.ByteStream(parser, bytes, at);
    while (end + 8 <= bytes.byteLength && parser.readUint16(bytes, end) === 0x0002) {
      const element = isKnownVr(bytes, end + 4)
        ? dicomParser.readDicomElementExplicit(stream, [])
        : dicomParser.readDicomElementImplicit(stream, undefined, implicitVr);
      if (stream.position > bytes.byteLength) break;
      elements[element.tag] = element;
      end = stream.position;
    }
  } catch {
    // What was read until here stands.
  }
  const reading: Reading = { charset: [], littleEndian: true, signed: false };
  return { attributes: new Attributes(newDataSet(parser, bytes, elements), reading), end };
}

interface Found {
  attributes: Attributes;
  pixels: PixelElement | null;
  cut: boolean;
  bytes: number;
}

/** Parses ever longer prefixes until the pixel data, or the end, is reached. */
function parseGrowing(source: ReadableBytes, begin: number, encoding: Encoding): Found {
  const limit = Math.min(source.size, LIMITS.headerBytes);
  for (let length = LIMITS.firstRead; ; length *= 4) {
    const whole = length >= limit;
    const bytes = source.read(0, Math.min(length, limit));
    const { elements, failed } = parsePrefix(bytes, begin, encoding);
    const pixels = pixelElement(elements);
    if (pixels || whole) {
      if (!pixels && source.size > LIMITS.headerBytes) {
        throw new HifuseError('file.too-large', {
          reason: 'header',
          file: source.name,
          limit: LIMITS.headerBytes >> 20,
        });
      }
      if (Object.keys(elements).length === 0)
        throw new HifuseError('dicom.corrupt', { reason: 'unreadable', file: source.name });
      const parser = encoding.littleEndian
        ? dicomParser.littleEndianByteArrayParser
        : dicomParser.bigEndianByteArrayParser;
      const attributes = new Attributes(newDataSet(parser, bytes, elements), {
        charset: [],
        littleEndian: encoding.littleEndian,
        signed: false,
      });
      return { attributes, pixels, cut: failed && !pixels, bytes: bytes.byteLength };
    }
  }
}

function parsePrefix(bytes: Uint8Array, begin: number, { explicit, littleEndian }: Encoding) {
  const parser = littleEndian ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const dataSet = newDataSet(parser, bytes, {});
  const options = { untilTag: PIXEL_DATA, vrCallback: implicitVr };
  let failed = false;
  try {
    const stream = dataSetStream(parser, bytes, begin);
    if (explicit) dicomParser.parseDicomDataSetExplicit(dataSet, stream, bytes.byteLength, options);
    else dicomParser.parseDicomDataSetImplicit(dataSet, stream, bytes.byteLength, options);
    failed = stream.position > bytes.byteLength;
  } catch {
    // Either these bytes are too few, or the file is cut or damaged: the caller tells which. Nesting that is deep
    // enough to exhaust the stack ends here, too.
    failed = true;
  }
  return { elements: dataSet.elements, failed };
}

/** VRs of 64 bits, which came after dicom-parser: it would read their length in two bytes where four belong. */
const LONG_VRS = new Set(['OV', 'SV', 'UV']);

/** A stream that calls them UN, which has the same layout; the dictionary knows their VR (see Attributes.vr). */
function dataSetStream(parser: dicomParser.ByteArrayParser, bytes: Uint8Array, position: number) {
  const stream = new dicomParser.ByteStream(parser, bytes, position);
  const readFixedString = stream.readFixedString.bind(stream);
  stream.readFixedString = (length) => {
    const text = readFixedString(length);
    return LONG_VRS.has(text) ? 'UN' : text;
  };
  return stream;
}

function pixelElement(elements: Record<string, dicomParser.Element>): PixelElement | null {
  for (const [tag, keyword] of PIXEL_ELEMENTS) {
    const element = elements[tag];
    if (element) {
      return {
        keyword,
        vr: element.vr ?? lookupTag(tag.slice(1))?.vr ?? 'OW',
        offset: element.dataOffset,
        length: element.hadUndefinedLength ? null : element.length,
        mostFrames: Infinity,
      };
    }
  }
  return null;
}

function inflate(file: ReadableBytes, at: number): Uint8Array<ArrayBuffer> {
  if (file.size > LIMITS.inflatedBytes) {
    throw new HifuseError('file.too-large', { reason: 'deflated', file: file.name });
  }
  try {
    const bytes = inflateRawSync(file.read(at, file.size - at), {
      maxOutputLength: LIMITS.inflatedBytes,
      finishFlush: constants.Z_SYNC_FLUSH, // a cut stream gives what it holds
    });
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HifuseError('file.too-large', { reason: 'inflated', file: file.name });
    }
    throw new HifuseError('dicom.corrupt', { reason: 'deflated', file: file.name });
  }
}

/** The parser exports its DataSet class at run time without declaring its constructor. */
function newDataSet(
  parser: dicomParser.ByteArrayParser,
  bytes: Uint8Array,
  elements: Record<string, dicomParser.Element>,
): dicomParser.DataSet {
  const DataSet = (dicomParser as unknown as { DataSet: DataSetConstructor }).DataSet;
  return new DataSet(parser, bytes, elements);
}

type DataSetConstructor = new (
  parser: dicomParser.ByteArrayParser,
  bytes: Uint8Array,
  elements: Record<string, dicomParser.Element>,
) => dicomParser.DataSet;
