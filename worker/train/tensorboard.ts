/**
 * Event files of TensorBoard: records (length, CRC, data, CRC; TFRecord) of Event messages (tensorflow/core/util/event.proto)
 * with scalar summaries. Each is appended whole, so that a file that was cut off loses its last record alone.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32C, rotated and offset as TFRecord stores it. */
export function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record around its data. */
export function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return out;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const little = (size: 4 | 8, value: number): number[] => {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return [...new Uint8Array(view.buffer)];
};

const field = (number: number, wire: 0 | 1 | 2 | 5): number => (number << 3) | wire;
const message = (number: number, bytes: readonly number[]): number[] => [
  field(number, 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (number: number, value: string): number[] => message(number, [...new TextEncoder().encode(value)]);

/** An Event: wall_time = 1, step = 2, file_version = 3, summary = 5 of values with tag = 1 and simple_value = 2. */
function event(seconds: number, content: readonly number[]): Uint8Array {
  return Uint8Array.from([field(1, 1), ...little(8, seconds), ...content]);
}

export function scalarsEvent(seconds: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    message(1, [...text(1, tag), field(2, 5), ...little(4, value)]),
  );
  return event(seconds, [field(2, 0), ...varint(step), ...message(5, values)]);
}

/** Appends scalars to an event file of its own in a folder. */
export class EventWriter {
  readonly #file: string;
  #opened: Promise<void> | null = null;
  readonly #folder: string;

  constructor(folder: string, now = Date.now()) {
    this.#folder = folder;
    this.#file = join(folder, `events.out.tfevents.${Math.floor(now / 1000)}.${hostname()}.${process.pid}`);
  }

  async write(step: number, scalars: Readonly<Record<string, number>>): Promise<void> {
    const seconds = Date.now() / 1000;
    this.#opened ??= mkdir(this.#folder, { recursive: true }).then(() =>
      appendFile(this.#file, record(event(seconds, text(3, 'brain.Event:2')))),
    );
    await this.#opened;
    await appendFile(this.#file, record(scalarsEvent(seconds, step, scalars)));
  }
}
