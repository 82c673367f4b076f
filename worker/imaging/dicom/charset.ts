/** Specific Character Set (DICOM PS3.3 C.12.1.1.2, PS3.5 6.1): from defined terms to encodings of TextDecoder. */
const SINGLE: Readonly<Record<string, string>> = {
  '': 'iso-8859-1', // nothing beyond ASCII is allowed; Latin-1 is what writers mean who do not care
  'ISO_IR 6': 'iso-8859-1',
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis', // JIS X 0201, of which Shift JIS is a superset
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gbk',
};

/** A code element that an escape sequence designates, to the lower (G0) or the upper half (G1) of the code table. */
interface Designation {
  half: 'G0' | 'G1';
  encoding: string;
  /** Bytes of a character. */
  width: 1 | 2;
  /** Makes the bytes of a run (high bits cleared or set as they stand) fit for the encoding. */
  adapt?: (run: Uint8Array) => Uint8Array;
}

const highBits = (run: Uint8Array) => run.map((byte) => byte | 0x80);
/** EUC-JP writes JIS X 0212 with a leading 8F. */
const threeBytes = (run: Uint8Array) =>
  Uint8Array.from({ length: Math.floor(run.length / 2) * 3 }, (_, i) =>
    i % 3 === 0 ? 0x8f : run[Math.floor(i / 3) * 2 + (i % 3) - 1]! | 0x80,
  );

/** PS3.3 tables C.12-3 and C.12-4, by the bytes after ESC. */
const ESCAPES: Readonly<Record<string, Designation>> = {
  '(B': { half: 'G0', encoding: 'iso-8859-1', width: 1 },
  '(J': { half: 'G0', encoding: 'shift_jis', width: 1 },
  ')I': { half: 'G1', encoding: 'shift_jis', width: 1 },
  $B: { half: 'G0', encoding: 'euc-jp', width: 2, adapt: highBits },
  '$@': { half: 'G0', encoding: 'euc-jp', width: 2, adapt: highBits },
  '$(D': { half: 'G0', encoding: 'euc-jp', width: 2, adapt: threeBytes },
  '$)C': { half: 'G1', encoding: 'euc-kr', width: 2 },
  '$)A': { half: 'G1', encoding: 'gbk', width: 2 },
  '-A': { half: 'G1', encoding: 'iso-8859-1', width: 1 },
  '-B': { half: 'G1', encoding: 'iso-8859-2', width: 1 },
  '-C': { half: 'G1', encoding: 'iso-8859-3', width: 1 },
  '-D': { half: 'G1', encoding: 'iso-8859-4', width: 1 },
  '-L': { half: 'G1', encoding: 'iso-8859-5', width: 1 },
  '-G': { half: 'G1', encoding: 'iso-8859-6', width: 1 },
  '-F': { half: 'G1', encoding: 'iso-8859-7', width: 1 },
  '-H': { half: 'G1', encoding: 'iso-8859-8', width: 1 },
  '-M': { half: 'G1', encoding: 'iso-8859-9', width: 1 },
  '-b': { half: 'G1', encoding: 'iso-8859-15', width: 1 },
  '-T': { half: 'G1', encoding: 'windows-874', width: 1 },
};

const ESC = 0x1b;
/** After these the first character set is in force again (PS3.5 6.1.2.5.3): line ends, tab, backslash, ^ and =. */
const DELIMITERS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c, 0x5e, 0x3d]);

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decodeRun(encoding: string, run: Uint8Array): string {
  let decoder = decoders.get(encoding);
  if (!decoder) decoders.set(encoding, (decoder = new TextDecoder(encoding)));
  return decoder.decode(run);
}

/** 'ISO 2022 IR 100' names the same repertoire as 'ISO_IR 100'; spelling varies in the wild. */
function encodingOf(term: string): string {
  const normal = term
    .trim()
    .toUpperCase()
    .replace(/^ISO[ _-]IR[ _-]?/, 'ISO_IR ');
  return SINGLE[normal] ?? SINGLE[normal.replace(/^ISO[ _]2022[ _-]IR[ _-]?/, 'ISO_IR ')] ?? 'iso-8859-1';
}

/**
 * Decodes text of the data set. `terms` are the values of Specific Character Set (0008,0005); an unknown one is read
 * as Latin-1. What no encoding explains becomes U+FFFD; never throws.
 */
export function decodeText(bytes: Uint8Array, terms: readonly string[]): string {
  const first = encodingOf(terms[0] ?? '');
  // Escape sequences are looked for even where the set was not declared: ESC has no other meaning in text.
  if (!bytes.includes(ESC)) return decodeRun(first, bytes);
  return decodeIso2022(bytes, first);
}

function decodeIso2022(bytes: Uint8Array, first: string): string {
  const initial = {
    G0: { half: 'G0', encoding: first, width: 1 } as Designation,
    G1: { half: 'G1', encoding: first, width: 1 } as Designation,
  };
  let active = { ...initial };
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === ESC) {
      const [length, designation] = escapeAt(bytes, at + 1);
      if (designation) active = { ...active, [designation.half]: designation };
      at += 1 + length;
      continue;
    }
    const start = at;
    const half = bytes[at]! < 0x80 ? 'G0' : 'G1';
    const { encoding, width, adapt } = active[half];
    if (half === 'G0' && width === 1 && DELIMITERS.has(bytes[at]!)) {
      text += String.fromCharCode(bytes[at]!);
      active = { ...initial };
      at++;
      continue;
    }
    const belongs = (byte: number) =>
      byte !== ESC && byte < 0x80 === (half === 'G0') && !(half === 'G0' && width === 1 && DELIMITERS.has(byte));
    while (at < bytes.length && belongs(bytes[at]!)) at++;
    const run = bytes.subarray(start, at);
    text += decodeRun(encoding, adapt ? adapt(run) : run);
  }
  return text;
}

function escapeAt(bytes: Uint8Array, at: number): [length: number, designation: Designation | undefined] {
  for (const length of [3, 2]) {
    const designation = ESCAPES[String.fromCharCode(...bytes.subarray(at, at + length))];
    if (designation) return [length, designation];
  }
  return [0, undefined];
}
