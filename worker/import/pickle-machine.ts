import { HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';

/** A Python tuple. */
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

/** What a pickle may get hold of. */
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
    super('checkpoint.corrupt', { reason: 'pickle-cut', file: subject });
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
 * Stack, memo and bytes to come of one pickle, and what opcodes do to them. Methods throw what `unpickle` says.
 */
export class PickleMachine {
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

  corrupt(diagnosis: string): never {
    throw new HifuseError('checkpoint.corrupt', {
      reason: 'pickle',
      file: this.#environment.subject,
      diagnosis,
      position: this.position,
    });
  }

  /** Refuses to do what the pickle asks for. */
  unsafe(what: string): never {
    throw new HifuseError('checkpoint.unsafe-pickle', { reason: 'wants', file: this.#environment.subject, what });
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
    if (!found) this.unsafe(`call ${quote(`${module}.${name}`, 200)}`);
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

/** Text of one byte a character. */
export function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
