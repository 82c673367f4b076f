/**
 * An ONNX graph under construction, and its encoding as a ModelProto. Field numbers are those of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
 */
import type { Tensor } from '../../../models/hifuse/state-dict.ts';
import { Message } from './protobuf.ts';

/** IR version of ONNX 1.15, and its operator set: the first with Gelu. */
const IR_VERSION = 9;
const OPSET = 20;

const PRODUCER = 'HiFuse Viewer';

/** TensorProto.DataType. */
export const DATA_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** Constants of so many bytes and more are external where a graph is encoded in pieces. */
const EXTERNAL_BYTES = 4096;

/** AttributeProto.AttributeType. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

/** Numbers are floats where the operator's attribute is one: wrap those in {@link float}. */
export type Attribute = number | string | readonly number[] | { float: number };
export const float = (value: number): Attribute => ({ float: value });

/** A dimension with a name is free. */
export type Dimension = number | string;

export interface GraphTensor {
  shape: readonly number[];
  type: DataType;
  /** Row-major, little endian. */
  data: Uint8Array | Int8Array | Int32Array | Float32Array | BigInt64Array;
}

/** A model and the data that it refers to by path. */
export interface Pieces {
  model: Uint8Array<ArrayBuffer>;
  externalData: { path: string; data: Uint8Array }[];
}

interface Interface {
  name: string;
  type: DataType;
  shape: readonly Dimension[] | null;
}

export class Graph {
  readonly #nodes: Message[] = [];
  readonly #initializers = new Map<string, GraphTensor>();
  readonly #inputs: Interface[] = [];
  readonly #outputs: Interface[] = [];
  readonly #taken = new Set<string>();

  input(name: string, shape: readonly Dimension[]): string {
    this.#inputs.push({ name: this.#unique(name), type: 'float32', shape });
    return name;
  }

  /** Makes a value of the graph an output of this name, which no other value may have; null: shape not told. */
  output(name: string, value: string, shape: readonly Dimension[] | null): void {
    this.#outputs.push({ name: this.node('Identity', [value], {}, name), type: 'float32', shape });
  }

  /** Adds a constant; its name gets a number where it is taken. */
  constant(name: string, tensor: GraphTensor): string {
    const unique = this.#unique(name);
    this.#initializers.set(unique, tensor);
    return unique;
  }

  /** A float32 constant. */
  tensor(name: string, { shape, data }: Tensor): string {
    return this.constant(name, { shape, type: 'float32', data });
  }

  /** A one-dimensional int64 constant: a shape, axes, indices. Short ones are shared. */
  integers(values: readonly number[]): string {
    const short = values.length <= 8;
    const name = short ? `[${values.join()}]` : 'indices';
    if (short && this.#initializers.has(name)) return name;
    return this.constant(name, { shape: [values.length], type: 'int64', data: BigInt64Array.from(values, BigInt) });
  }

  /** Adds an operator with one output and returns the output's name, which `name` makes recognisable. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name: string = operator,
  ): string {
    return this.nodes(operator, inputs, 1, attributes, name)[0]!;
  }

  /** Reshapes a value; -1 stands for what is left. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.integers(shape)]);
  }

  /** Adds an operator with several outputs. An input named '' is left out. */
  nodes(
    operator: string,
    inputs: readonly string[],
    outputCount: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    name: string = operator,
  ): string[] {
    const outputs = Array.from({ length: outputCount }, () => this.#unique(name));
    const node = new Message();
    for (const input of inputs) node.string(1, input);
    for (const output of outputs) node.string(2, output);
    node.string(3, outputs[0]!).string(4, operator);
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value));
    this.#nodes.push(node);
    return outputs;
  }

  /** Bytes of the ModelProto, at most 2 GiB; metadata is for whoever reads the file. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
    return this.#model(metadata, tensorProto);
  }

  /** The same in pieces: large constants stay where they are, as external data. Needs no second copy of the weights. */
  encodeInPieces(): Pieces {
    const externalData: Pieces['externalData'] = [];
    const model = this.#model({}, (name, tensor) => {
      if (tensor.data.byteLength < EXTERNAL_BYTES) return tensorProto(name, tensor);
      externalData.push({ path: name, data: bytesOf(tensor) });
      return externalTensorProto(name, tensor);
    });
    return { model, externalData };
  }

  /** Of all constants. */
  get constantBytes(): number {
    return [...this.#initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  #model(
    metadata: Readonly<Record<string, string>>,
    initializer: (name: string, tensor: GraphTensor) => Message,
  ): Uint8Array<ArrayBuffer> {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, 'hifuse');
    for (const [name, tensor] of this.#initializers) graph.message(5, initializer(name, tensor));
    for (const input of this.#inputs) graph.message(11, valueInfo(input));
    for (const output of this.#outputs) graph.message(12, valueInfo(output));
    const model = new Message().int(1, IR_VERSION).string(2, PRODUCER).message(7, graph);
    model.message(8, new Message().string(1, '').int(2, OPSET));
    for (const [key, value] of Object.entries(metadata))
      model.message(14, new Message().string(1, key).string(2, value));
    return model.encode();
  }

  #unique(name: string): string {
    let unique = name;
    for (let i = 2; this.#taken.has(unique); i++) unique = `${name}:${i}`;
    this.#taken.add(unique);
    return unique;
  }
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, INT);
  if (typeof value === 'string') return message.string(4, value).int(20, STRING);
  if ('float' in value) return message.float(2, value.float).int(20, FLOAT);
  for (const item of value) message.int(8, item);
  return message.int(20, INTS);
}

function tensorProto(name: string, tensor: GraphTensor): Message {
  return tensorHead(name, tensor).bytes(9, bytesOf(tensor));
}

/** A tensor whose data stands elsewhere, under its own name. */
function externalTensorProto(name: string, tensor: GraphTensor): Message {
  const entries = { location: name, offset: '0', length: String(tensor.data.byteLength) };
  const message = tensorHead(name, tensor);
  for (const [key, value] of Object.entries(entries))
    message.message(13, new Message().string(1, key).string(2, value));
  return message.int(14, EXTERNAL);
}

function tensorHead(name: string, { shape, type }: GraphTensor): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  return message.int(2, DATA_TYPES[type]).string(8, name);
}

function bytesOf({ data }: GraphTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function valueInfo({ name, type, shape }: Interface): Message {
  const tensorType = new Message().int(1, DATA_TYPES[type]);
  if (shape) {
    const dimensions = new Message();
    for (const size of shape) {
      dimensions.message(1, typeof size === 'number' ? new Message().int(1, size) : new Message().string(2, size));
    }
    tensorType.message(2, dimensions);
  }
  return new Message().string(1, name).message(2, new Message().message(1, tensorType));
}
