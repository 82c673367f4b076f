/**
 * As much of the protocol buffers wire format as writing an ONNX model takes (https://protobuf.dev/programming-guides/encoding):
 * varints and length-delimited fields. A message is a list of byte pieces, so that weights are copied once, at the end.
 */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

export class Message {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** int32, int64, bool or enum field. Negative values take ten bytes, as the format has it. */
  int(field: number, value: number): this {
    return this.#append(varint((field << 3) | VARINT)).#append(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(varint((field << 3) | FIXED32)).#append(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** The bytes are not copied until {@link encode}. */
  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint((field << 3) | LENGTH_DELIMITED))
      .#append(varint(value.length))
      .#append(value);
  }

  message(field: number, value: Message): this {
    this.#append(varint((field << 3) | LENGTH_DELIMITED)).#append(varint(value.#length));
    for (const piece of value.#pieces) this.#append(piece);
    return this;
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const piece of this.#pieces) {
      out.set(piece, offset);
      offset += piece.length;
    }
    return out;
  }

  #append(piece: Uint8Array): this {
    this.#pieces.push(piece);
    this.#length += piece.length;
    return this;
  }
}

/** Base 128, least significant group first. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
