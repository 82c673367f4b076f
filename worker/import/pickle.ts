import { HifuseError } from '../../models/errors.ts';

/**
 * A reader for the part of Python's pickle format that data needs (protocols 2 to 5; Lib/pickletools.py documents the
 * opcodes). A pickle is a program that may call anything: this one calls nothing but what the caller's table lists, and
 * refuses everything else by name before it happens. Memory and time grow with the length of the pickle alone.
 *
 * Python -> here: None null, list Array, tuple {@link Tuple}, dict Map, set Set, bytes Uint8Array, int number or bigint.
 */

export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** Something that a pickle may refer to by name. */
export interface PickleGlobal {
  name: string;
  /**
   * What calling it gives; null: it is a value, not to be called. `spend` must be told of every item that is looked at
   * more than once, since a pickle can pass the same long list again and again.
   */
  call: ((parameters: readonly unknown[], spend: (items: number) => void) => unknown) | null;
}

export interface PickleEnvironment {
  /** File name, for messages. */
  subject: string;
  /** undefined: not on the allow-list. */
  find(name: string): PickleGlobal | undefined;
  /** What a persistent id stands for (torch: a storage). */
  persistent(id: unknown): unknown;
}

/** The pickle ends before its STOP. Where more of the file can be had, the caller tries again with more. */
export class PickleTruncated extends HifuseError {
  constructor(subject: string) {
    super('checkpoint.corrupt', `${subject} is damaged or cut off: its pickle ends in the middle.`);
    this.name = 'PickleTruncated';
  }
}

/** Longest pickle that is read. A training checkpoint of base has about 300 kB. */
export const PICKLE_LIMIT = 16 * 2 ** 20;
/** Most opcodes and items; the same has about 100,000. */
const STEP_LIMIT = 1_000_000;
/** Longest integer, in bytes: torch's magic number has ten. */
const INTEGER_LIMIT = 32;

const MARK = Symbol('mark');

/**
 * Reads one pickle.
 *
 * @param bytes from the file; the pickle starts at `start`
 * @returns the value, and where the pickle ends
 * @throws HifuseError `checkpoint.unsafe-pickle` naming what it wanted to call, `checkpoint.corrupt`;
 *   {@link PickleTruncated}
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  environment: PickleEnvironment,
): { value: unknown; end: number } {
  const machine: Machine = new Machine(bytes, start, environment);
  for (;;) {
    machine.spend(1);
    const opcode = machine.byte();
    if (opcode === STOP) return { value: machine.pop(), end: machine.position };
    const operation = OPERATIONS.get(opcode);
    if (!operation) machine.corrupt(`unknown opcode 0x${opcode.toString(16).padStart(2, '0')}`);
    operation(machine);
  }
}

/** The stack, the memo and the bytes to come. */
class Machine {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #environment: PickleEnvironment;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #steps = 0;

  constructor(bytes: Uint8Array, start: number, environment: PickleEnvironment) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.#environment = environment;
  }

  corrupt(what: string): never {
    throw new HifuseError(
      'checkpoint.corrupt',
      `${this.#environment.subject} is damaged: ${what} at byte ${this.position} of its pickle.`,
    );
  }

  /** Refuses to do what the pickle asks for. */
  unsafe(what: string): never {
    throw new HifuseError(
      'checkpoint.unsafe-pickle',
      `${this.#environment.subject} is refused: it wants to ${what}, which reading weights never needs. Nothing of it was run. If you trust the file, load it in PyTorch and save model.state_dict() alone.`,
    );
  }

  spend(items: number): void {
    this.#steps += items;
    if (this.#steps > STEP_LIMIT) this.corrupt(`more than ${STEP_LIMIT} steps`);
  }

  // Bytes to come.

  take(length: number): Uint8Array {
    if (length > PICKLE_LIMIT) this.corrupt(`a claim of ${length} bytes`);
    const end = this.position + length;
    if (end > this.#bytes.length) throw new PickleTruncated(this.#environment.subject);
    const taken = this.#bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  #number(length: number, read: (offset: number) => number | bigint): number {
    const at = this.position;
    this.take(length);
    return Number(read(at));
  }

  byte = (): number => this.#number(1, (at) => this.#view.getUint8(at));
  uint16 = (): number => this.#number(2, (at) => this.#view.getUint16(at, true));
  int32 = (): number => this.#number(4, (at) => this.#view.getInt32(at, true));
  uint32 = (): number => this.#number(4, (at) => this.#view.getUint32(at, true));
  uint64 = (): number => this.#number(8, (at) => this.#view.getBigUint64(at, true));
  /** Floats are big-endian, unlike all the rest. */
  float64 = (): number => this.#number(8, (at) => this.#view.getFloat64(at, false));

  /** Text up to the next line feed, as the protocol 0 opcodes have it. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new PickleTruncated(this.#environment.subject);
    if (end - this.position > 1000) this.corrupt('an overlong line');
    const text = latin1(this.take(end - this.position));
    this.position++;
    return text;
  }

  /** A two's complement integer, little-endian. */
  integer(length: number): number | bigint {
    if (length > INTEGER_LIMIT) this.corrupt(`an integer of ${length} bytes`);
    let value = 0n;
    this.take(length).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  // The stack and the memo.

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) this.corrupt('an empty stack');
    const value = this.#stack.pop();
    if (value === MARK) this.corrupt('a mark where a value should be');
    return value;
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Drops the top, be it a value or a mark. */
  drop(): void {
    if (this.#stack.length === 0) this.corrupt('an empty stack');
    this.#stack.pop();
  }

  mark(): void {
    this.#stack.push(MARK);
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) this.corrupt('no mark');
    return this.#stack.splice(at).slice(1);
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) this.corrupt(`no memo ${index}`);
    this.push(this.#memo.get(index));
  }

  // Containers that are filled after they were made.

  setItems(pairs: readonly unknown[]): void {
    const target = this.top();
    if (!(target instanceof Map) || pairs.length % 2 !== 0) this.corrupt('items for what is no dictionary');
    for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const target = this.top();
    if (!Array.isArray(target)) this.corrupt('items for what is no list');
    for (const item of items) target.push(item);
  }

  add(items: readonly unknown[]): void {
    const target = this.top();
    if (!(target instanceof Set)) this.corrupt('items for what is no set');
    for (const item of items) target.add(item);
  }

  // What can be dangerous.

  /** Looks a name up on the allow-list: the only way by which a pickle gets hold of anything. */
  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') this.corrupt('a name that is no text');
    const found = this.#environment.find(`${module}.${name}`);
    if (!found) this.unsafe(`call ${printable(`${module}.${name}`)}`);
    this.push(found);
  }

  /** Calls the function below the tuple of its parameters. */
  call(): void {
    const parameters = this.pop();
    const callee = this.pop();
    if (!(parameters instanceof Tuple)) this.corrupt('parameters that are no tuple');
    // Only the allow-list makes such objects: everything else on the stack is plain data.
    if (!isGlobal(callee)) this.corrupt('a call of what is no function');
    if (!callee.call) this.unsafe(`call ${callee.name}`);
    this.push(callee.call(parameters.items, (items) => this.spend(items)));
  }

  /** Sets attributes of an object: torch does it to the `_metadata` of a state dict, which nothing here needs. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) this.unsafe('set the state of an object');
  }

  persistent(): void {
    this.push(this.#environment.persistent(this.pop()));
  }
}

function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && 'call' in value && 'name' in value;
}

/** A name of a stranger, fit for a message. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const STOP = 0x2e;

type Operation = (machine: Machine) => void;

/** Reads a length first, then that many bytes, and pushes what they mean. */
function counted(length: (m: Machine) => number, decode: (bytes: Uint8Array) => unknown): Operation {
  return (m) => m.push(decode(m.take(length(m))));
}

function tupleOf(count: number): Operation {
  return (m) => {
    const items = Array.from({ length: count }, () => m.pop()).reverse();
    m.push(new Tuple(items));
  };
}

function dictionary(pairs: readonly unknown[], m: Machine): void {
  m.push(new Map());
  m.setItems(pairs);
}

const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
const refuse =
  (what: string): Operation =>
  (m) =>
    m.unsafe(what);

const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Frames and versions.
  [0x80, (m) => m.byte()], // PROTO
  [0x95, (m) => void m.uint64()], // FRAME: only a hint for buffering
  // Constants.
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x4b, (m) => m.push(m.byte())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x8a, (m) => m.push(m.integer(m.byte()))], // LONG1
  [0x8b, (m) => m.push(m.integer(m.uint32()))], // LONG4
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  // Text and bytes. Python 2 wrote its strings as bytes: latin1 keeps the names, which are ASCII.
  [0x58, counted((m) => m.uint32(), utf8)], // BINUNICODE
  [0x8c, counted((m) => m.byte(), utf8)], // SHORT_BINUNICODE
  [0x8d, counted((m) => m.uint64(), utf8)], // BINUNICODE8
  [0x54, counted((m) => m.uint32(), latin1)], // BINSTRING
  [0x55, counted((m) => m.byte(), latin1)], // SHORT_BINSTRING
  [0x42, counted((m) => m.uint32(), copy)], // BINBYTES
  [0x43, counted((m) => m.byte(), copy)], // SHORT_BINBYTES
  [0x8e, counted((m) => m.uint64(), copy)], // BINBYTES8
  [0x96, counted((m) => m.uint64(), copy)], // BYTEARRAY8
  // The stack.
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => m.drop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  // Containers.
  [0x29, (m) => m.push(new Tuple([]))], // EMPTY_TUPLE
  [0x85, tupleOf(1)], // TUPLE1
  [0x86, tupleOf(2)], // TUPLE2
  [0x87, tupleOf(3)], // TUPLE3
  [0x74, (m) => m.push(new Tuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, (m) => dictionary(m.popToMark(), m)], // DICT
  [0x73, (m) => m.setItems([m.pop(), m.pop()].reverse())], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [0x90, (m) => m.add(m.popToMark())], // ADDITEMS
  [0x91, (m) => m.push(new Set(m.popToMark()))], // FROZENSET
  // The memo.
  [0x71, (m) => m.remember(m.byte())], // BINPUT
  [0x72, (m) => m.remember(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.rememberNext()], // MEMOIZE
  [0x68, (m) => m.recall(m.byte())], // BINGET
  [0x6a, (m) => m.recall(m.uint32())], // LONG_BINGET
  // Names and calls.
  [0x63, (m) => m.global(m.line(), m.line())], // GLOBAL
  [0x93, (m) => m.global(...([m.pop(), m.pop()].reverse() as [unknown, unknown]))], // STACK_GLOBAL
  [0x52, (m) => m.call()], // REDUCE
  [0x81, (m) => m.call()], // NEWOBJ: the allow-list's classes are made like functions are called
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.persistent()], // BINPERSID
  [0x69, (m) => m.global(m.line(), m.line())], // INST: looks a name up, and calls it; the lookup refuses
  [0x82, refuse('use the extension registry (EXT1)')],
  [0x83, refuse('use the extension registry (EXT2)')],
  [0x84, refuse('use the extension registry (EXT4)')],
]);
