/** Which picture format a file is, told by its first bytes and never by its name. */
import type { ImageHeader } from '../../protocol.ts';

export type RasterFormat = Exclude<ImageHeader['format'], 'dicom'>;

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

interface Signature {
  format: RasterFormat;
  offset: number;
  bytes: readonly number[];
}

/** All signatures of a format must match for a row group to count; WebP alone has two. */
const SIGNATURES: readonly (readonly Signature[])[] = [
  [{ format: 'jpeg', offset: 0, bytes: [0xff, 0xd8, 0xff] }],
  [{ format: 'png', offset: 0, bytes: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] }],
  [{ format: 'tiff', offset: 0, bytes: [...ascii('II'), 42, 0] }],
  [{ format: 'tiff', offset: 0, bytes: [...ascii('MM'), 0, 42] }],
  // BigTIFF
  [{ format: 'tiff', offset: 0, bytes: [...ascii('II'), 43, 0] }],
  [{ format: 'tiff', offset: 0, bytes: [...ascii('MM'), 0, 43] }],
  [
    { format: 'webp', offset: 0, bytes: ascii('RIFF') },
    { format: 'webp', offset: 8, bytes: ascii('WEBP') },
  ],
];

/** Sizes of the headers that a BMP's second structure may have (core, info, V2, V3, V4, V5). */
export const BMP_HEADER_SIZES: readonly number[] = [12, 40, 52, 56, 108, 124];

/** 'BM' alone is too weak a signature: the header size behind it must be a known one too. */
function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  return BMP_HEADER_SIZES.includes(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(14, true));
}

/** The format of a file from its first 64 bytes; null if it is none of the picture formats. */
export function rasterFormat(bytes: Uint8Array): RasterFormat | null {
  const matches = (signature: Signature): boolean =>
    signature.bytes.every((byte, i) => bytes[signature.offset + i] === byte);
  const found = SIGNATURES.find((signatures) => signatures.every(matches));
  return found ? found[0]!.format : isBmp(bytes) ? 'bmp' : null;
}
