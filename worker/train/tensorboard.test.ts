import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EventWriter, maskedCrc, record, scalarsEvent } from './tensorboard.ts';

test("the checksum is CRC-32C, masked as TFRecord's", () => {
  // CRC-32C of '123456789' is 0xe3069283 (RFC 3720, appendix B.4, has such vectors).
  const crc = 0xe3069283;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  expect(maskedCrc(new TextEncoder().encode('123456789'))).toBe(masked);
});

test('an event holds time, step and scalars as protocol buffers', () => {
  const bytes = scalarsEvent(1.5, 300, { loss: 0.25 });
  expect(Buffer.from(bytes).toString('hex')).toBe(
    ['09000000000000f83f', '10ac02', '2a0d', '0a0b', '0a046c6f7373', '150000803e'].join(''),
  );
});

test('a file is records one after the other, the first of which names the version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hifuse-events-'));
  try {
    const writer = new EventWriter(folder, 1_700_000_000_000);
    await writer.write(1, { a: 1 });
    await writer.write(2, { a: 2 });
    const [name] = await readdir(folder);
    expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./);
    const file = new Uint8Array(await readFile(join(folder, name!)));
    const view = new DataView(file.buffer);
    const records: Uint8Array[] = [];
    for (let at = 0; at < file.length;) {
      const data = file.slice(at + 12, at + 12 + Number(view.getBigUint64(at, true)));
      expect(file.slice(at, at + data.length + 16)).toEqual(record(data));
      records.push(data);
      at += data.length + 16;
    }
    expect(records).toHaveLength(3);
    expect(Buffer.from(records[0]!).toString('latin1')).toContain('brain.Event:2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
