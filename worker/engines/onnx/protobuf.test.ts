import { expect, test } from 'vitest';
import { Message } from './protobuf.ts';

const hex = (message: Message) => Buffer.from(message.encode()).toString('hex');

/** The examples of https://protobuf.dev/programming-guides/encoding, and the ends of what a varint holds. */
test.each([
  ['an integer of two bytes', new Message().int(1, 150), '089601'],
  ['zero', new Message().int(1, 0), '0800'],
  ['minus one', new Message().int(1, -1), '08ffffffffffffffffff01'],
  ['2^31', new Message().int(2, 2 ** 31), '108080808008'],
  ['text', new Message().string(2, 'testing'), '120774657374696e67'],
  ['a message in a message', new Message().message(3, new Message().int(1, 150)), '1a03089601'],
  ['a field number over 15', new Message().int(20, 1), 'a00101'],
  ['a float', new Message().float(2, 1), '150000803f'],
  ['bytes', new Message().bytes(9, Uint8Array.of(0, 255)), '4a0200ff'],
])('%s', (_, message, expected) => expect(hex(message)).toBe(expected));
