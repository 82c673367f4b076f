import { RATES } from '../clock.ts';
import type { Codec } from './codecs/codec.ts';

/** How the data set of a file is written (DICOM PS3.5 A), and what decodes its pixels. */
export interface TransferSyntax {
  uid: string;
  name: string;
  bigEndian: boolean;
  deflated: boolean;
  /** Pixels alone are big endian: the data set is what its bytes say. */
  bigEndianPixels: boolean;
  /** Loads the decoder of compressed frames; null where pixels are native; a reason where they cannot be decoded. */
  codec: (() => Promise<Codec>) | null | { unsupported: string };
  /** Some information was lost for certain. */
  lossy: boolean;
  /** Microseconds that decoding a sample may take. */
  rate: number;
}

const rle = async () => (await import('./codecs/rle.ts')).rle;
const jpeg = async () => (await import('./codecs/jpeg.ts')).jpeg;
const jpegLs = async () => (await import('./codecs/jpeg-ls.ts')).jpegLs;
const jpeg2000 = async () => (await import('./codecs/jpeg-2000.ts')).jpeg2000;
const htj2k = async () => (await import('./codecs/jpeg-2000.ts')).htj2k;

const because = (unsupported: string) => ({ unsupported });
const video = because('it is a video stream; export the frames as images');

type Row = [uid: string, name: string, codec: TransferSyntax['codec'], options?: Partial<TransferSyntax>];

const lossy = { lossy: true };
const wavelet = { rate: RATES.wavelet };

const ROWS: readonly Row[] = [
  ['1.2.840.10008.1.2', 'Implicit VR Little Endian', null],
  ['1.2.840.10008.1.2.1', 'Explicit VR Little Endian', null],
  ['1.2.840.10008.1.2.1.99', 'Deflated Explicit VR Little Endian', null, { deflated: true }],
  ['1.2.840.10008.1.2.2', 'Explicit VR Big Endian', null, { bigEndian: true }],
  ['1.2.840.113619.5.2', 'GE Private Implicit VR Big Endian Pixel Data', null, { bigEndianPixels: true }],
  [
    '1.2.840.10008.1.2.1.98',
    'Encapsulated Uncompressed Explicit VR Little Endian',
    async () => (await import('./codecs/uncompressed.ts')).uncompressed,
  ],
  ['1.2.840.10008.1.2.5', 'RLE Lossless', rle],
  ['1.2.840.10008.1.2.4.50', 'JPEG Baseline (Process 1)', jpeg, lossy],
  ['1.2.840.10008.1.2.4.51', 'JPEG Extended (Process 2 & 4)', jpeg, lossy],
  ['1.2.840.10008.1.2.4.53', 'JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8)', jpeg, lossy],
  ['1.2.840.10008.1.2.4.55', 'JPEG Full Progression, Non-Hierarchical (Process 10 & 12)', jpeg, lossy],
  ['1.2.840.10008.1.2.4.57', 'JPEG Lossless (Process 14)', jpeg],
  ['1.2.840.10008.1.2.4.70', 'JPEG Lossless (Process 14, SV1)', jpeg],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS Lossless', jpegLs],
  ['1.2.840.10008.1.2.4.81', 'JPEG-LS Near-Lossless', jpegLs, lossy],
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless', jpeg2000, wavelet],
  ['1.2.840.10008.1.2.4.91', 'JPEG 2000', jpeg2000, wavelet],
  [
    '1.2.840.10008.1.2.4.92',
    'JPEG 2000 Part 2 Multi-component Lossless',
    because('multi-component transforms are not supported'),
  ],
  [
    '1.2.840.10008.1.2.4.93',
    'JPEG 2000 Part 2 Multi-component',
    because('multi-component transforms are not supported'),
  ],
  ['1.2.840.10008.1.2.4.94', 'JPIP Referenced', because('its pixels are on a server')],
  ['1.2.840.10008.1.2.4.95', 'JPIP Referenced Deflate', because('its pixels are on a server'), { deflated: true }],
  ['1.2.840.10008.1.2.4.201', 'HTJ2K Lossless', htj2k, wavelet],
  ['1.2.840.10008.1.2.4.202', 'HTJ2K Lossless RPCL', htj2k, wavelet],
  ['1.2.840.10008.1.2.4.203', 'HTJ2K', htj2k, wavelet],
  ['1.2.840.10008.1.2.4.204', 'JPIP HTJ2K Referenced', because('its pixels are on a server')],
  [
    '1.2.840.10008.1.2.4.205',
    'JPIP HTJ2K Referenced Deflate',
    because('its pixels are on a server'),
    { deflated: true },
  ],
  ['1.2.840.10008.1.2.4.100', 'MPEG2 Main Profile / Main Level', video],
  ['1.2.840.10008.1.2.4.100.1', 'Fragmentable MPEG2 Main Profile / Main Level', video],
  ['1.2.840.10008.1.2.4.101', 'MPEG2 Main Profile / High Level', video],
  ['1.2.840.10008.1.2.4.101.1', 'Fragmentable MPEG2 Main Profile / High Level', video],
  ['1.2.840.10008.1.2.4.102', 'MPEG-4 AVC/H.264 High Profile / Level 4.1', video],
  ['1.2.840.10008.1.2.4.102.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1', video],
  ['1.2.840.10008.1.2.4.103', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', video],
  ['1.2.840.10008.1.2.4.103.1', 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', video],
  ['1.2.840.10008.1.2.4.104', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video', video],
  ['1.2.840.10008.1.2.4.104.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video', video],
  ['1.2.840.10008.1.2.4.105', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video', video],
  ['1.2.840.10008.1.2.4.105.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video', video],
  ['1.2.840.10008.1.2.4.106', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', video],
  ['1.2.840.10008.1.2.4.106.1', 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', video],
  ['1.2.840.10008.1.2.4.107', 'HEVC/H.265 Main Profile / Level 5.1', video],
  ['1.2.840.10008.1.2.4.108', 'HEVC/H.265 Main 10 Profile / Level 5.1', video],
  ['1.2.840.10008.1.2.4.110', 'JPEG XL Lossless', because('JPEG XL is not supported')],
  ['1.2.840.10008.1.2.4.111', 'JPEG XL JPEG Recompression', because('JPEG XL is not supported')],
  ['1.2.840.10008.1.2.4.112', 'JPEG XL', because('JPEG XL is not supported')],
  ['1.2.840.10008.1.2.7.1', 'SMPTE ST 2110-20 Uncompressed Progressive Active Video', video],
  ['1.2.840.10008.1.2.7.2', 'SMPTE ST 2110-20 Uncompressed Interlaced Active Video', video],
  ['1.2.840.10008.1.2.7.3', 'SMPTE ST 2110-30 PCM Digital Audio', because('it is sound')],
  [
    '1.2.840.10008.1.2.8.1',
    'Deflated Image Frame Compression',
    async () => (await import('./codecs/deflated-frame.ts')).deflatedFrame,
  ],
];

const PLAIN = { bigEndian: false, deflated: false, bigEndianPixels: false, lossy: false, rate: RATES.other };

export const TRANSFER_SYNTAXES: ReadonlyMap<string, TransferSyntax> = new Map(
  ROWS.map(([uid, name, codec, options]) => [uid, { ...PLAIN, uid, name, codec, ...options }]),
);

/** The row of a transfer syntax; one that the table does not know is unsupported by that name. */
export function transferSyntax(uid: string): TransferSyntax {
  return (
    TRANSFER_SYNTAXES.get(uid) ?? {
      ...PLAIN,
      uid,
      name: uid,
      codec: because('it is not known'),
    }
  );
}

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
