import type { HeatMap } from '../../worker/protocol.ts';

/** Length of what stands before the data is a multiple of this (NumPy's NEP 1). */
const ALIGNMENT = 64;

/**
 * Maps of one image as NumPy's format 1.0: little-endian float32, C order, [classes, rows, columns].
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(maps: readonly HeatMap[]): Uint8Array<ArrayBuffer> {
  const [rows, columns] = [maps[0]?.rows ?? 0, maps[0]?.columns ?? 0];
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${maps.length}, ${rows}, ${columns}), }`;
  const preamble = 10;
  const header = about.padEnd(Math.ceil((preamble + about.length + 1) / ALIGNMENT) * ALIGNMENT - preamble - 1) + '\n';
  const bytes = new Uint8Array(preamble + header.length + maps.length * rows * columns * 4);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), preamble);
  let offset = preamble + header.length;
  for (const { values } of maps) {
    for (const value of values) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return bytes;
}
