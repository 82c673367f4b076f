import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type RawTensor } from './safetensors.ts';

const tensors = new Map<string, RawTensor>([
  ['a', { dtype: 'F16', shape: [3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
  ['scalar', { dtype: 'I64', shape: [], bytes: new Uint8Array(8).fill(7) }],
  ['empty', { dtype: 'F32', shape: [0, 5], bytes: new Uint8Array(0) }],
  ['größe', { dtype: 'F32', shape: [1, 2], bytes: new Uint8Array(8).fill(9) }],
]);

/** A file with this header, and as many bytes of data. */
function fileOf(header: unknown, dataBytes: number, claim?: bigint): Uint8Array {
  const json = typeof header === 'string' ? Buffer.from(header) : Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claim ?? BigInt(json.length));
  return Uint8Array.from(Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}

describe('safetensors', () => {
  test('gives back what was written', () => {
    const file = encodeSafetensors(tensors);
    const decoded = decodeSafetensors(file, 'w.safetensors');
    expect([...decoded.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { dtype, shape, bytes }] of tensors) {
      expect(decoded.get(name)).toMatchObject({ dtype, shape });
      expect([...decoded.get(name)!.bytes]).toEqual([...bytes]);
    }
  });

  test('begins its data at a multiple of eight', () => {
    const file = encodeSafetensors(tensors);
    expect(new DataView(file.buffer).getBigUint64(0, true) % 8n).toBe(0n);
  });

  test('ignores the metadata', () => {
    expect(decodeSafetensors(fileOf({ __metadata__: { format: 'pt' } }, 0), 'w').size).toBe(0);
  });

  const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ t: { dtype, shape, data_offsets: offsets } });
  test.each([
    ['a file that is too short', Uint8Array.of(1, 2, 3), /too short/],
    ['a header longer than the file', fileOf({}, 0, 1000n), /header claims 1000 bytes/],
    ['a header of 2^63 bytes', fileOf({}, 0, 2n ** 63n), /header claims/],
    ['a header that is not JSON', fileOf('{"a":', 0), /not JSON/],
    ['a header that is a list', fileOf([], 0), /not a JSON object/],
    ['an entry that is null', fileOf({ t: null }, 0), /element type/],
    ['an unknown type', fileOf(entry('F8_E4M3', [1], [0, 1]), 1), /F8_E4M3/],
    ['a type out of the prototype', fileOf(entry('toString', [1], [0, 1]), 1), /toString/],
    ['a negative size', fileOf(entry('F32', [-1, -1], [0, 4]), 4), /shape/],
    ['a fraction as size', fileOf(entry('F32', [1.5], [0, 6]), 6), /shape/],
    ['too many axes', fileOf(entry('U8', new Array(9).fill(1), [0, 1]), 1), /shape/],
    ['a shape that does not fit its bytes', fileOf(entry('F32', [2], [0, 4]), 4), /needs 8 bytes and has 4/],
    ['a shape beyond all numbers', fileOf(entry('F32', new Array(8).fill(1e15), [0, 4]), 4), /needs/],
    ['offsets beyond the file', fileOf(entry('F32', [100], [0, 400]), 4), /claim/],
    ['offsets that run backwards', fileOf(entry('F32', [1], [4, 0]), 4), /needs 4 bytes and has -4/],
    ['a gap', fileOf(entry('F32', [1], [4, 8]), 8), /do not follow/],
    ['bytes that belong to nobody', fileOf(entry('F32', [1], [0, 4]), 8), /claim/],
  ])('refuses %s', (_, file, message) => {
    expect(() => decodeSafetensors(file, 'w.safetensors')).toThrow(
      expect.objectContaining({ code: 'checkpoint.corrupt', message: expect.stringMatching(message) as string }),
    );
  });

  test('refuses tensors that overlap', () => {
    const header = {
      a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] },
      b: { dtype: 'U8', shape: [4], data_offsets: [2, 6] },
    };
    expect(() => decodeSafetensors(fileOf(header, 6), 'w')).toThrow(/bytes of b do not follow/);
  });

  test('refuses every cut-off', () => {
    const file = encodeSafetensors(tensors);
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length), 'w')).toThrow(
        expect.objectContaining({ code: 'checkpoint.corrupt' }),
      );
    }
  });
});
