/** PS3.3 C.7.6.3.1.2. */
export type Photometric =
  | 'MONOCHROME1'
  | 'MONOCHROME2'
  | 'PALETTE COLOR'
  | 'RGB'
  | 'YBR_FULL'
  | 'YBR_FULL_422'
  | 'YBR_PARTIAL_422'
  | 'YBR_PARTIAL_420'
  | 'YBR_ICT'
  | 'YBR_RCT';

/** Image Pixel module (PS3.3 C.7.6.3), checked. */
export interface PixelDescription {
  rows: number;
  columns: number;
  frames: number;
  samplesPerPixel: 1 | 3;
  photometric: Photometric;
  kind: 'integer' | 'float' | 'double';
  bitsAllocated: 1 | 8 | 16 | 32 | 64;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** Planar Configuration 1: all of one sample, then all of the next. */
  planar: boolean;
}
