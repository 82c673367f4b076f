import { latin1, PickleMachine, Tuple, type PickleEnvironment } from './pickle-machine.ts';

/**
 * A reader for the part of Python's pickle format that data needs (protocols 2 to 5; Lib/pickletools.py documents the
 * opcodes). A pickle is a program that may call anything: this one calls nothing but what the caller's table lists, and
 * refuses everything else by name before it happens. Memory and time grow with the length of the pickle alone.
 *
 * Python -> here: None null, list Array, tuple Tuple, dict Map, set Set, bytes Uint8Array, int number or bigint.
 */

/**
 * Reads one pickle.
 *
 * @param bytes from the file; the pickle starts at `start`
 * @returns the value, and where the pickle ends
 * @throws HifuseError `checkpoint.unsafe-pickle` naming what it wanted to call, `checkpoint.corrupt`;
 *   PickleTruncated where it ends before its STOP
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  environment: PickleEnvironment,
): { value: unknown; end: number } {
  const machine: PickleMachine = new PickleMachine(bytes, start, environment);
  for (;;) {
    machine.spend(1);
    const opcode = machine.byte();
    if (opcode === STOP) return { value: machine.pop(), end: machine.position };
    const operation = OPERATIONS.get(opcode);
    if (!operation) machine.corrupt(`unknown opcode 0x${opcode.toString(16).padStart(2, '0')}`);
    operation(machine);
  }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const STOP = 0x2e;

type Operation = (machine: PickleMachine) => void;

/** Reads a length first, then that many bytes, and pushes what they mean. */
function counted(length: (m: PickleMachine) => number, decode: (bytes: Uint8Array) => unknown): Operation {
  return (m) => m.push(decode(m.take(length(m))));
}

function tupleOf(count: number): Operation {
  return (m) => {
    const items = Array.from({ length: count }, () => m.pop()).reverse();
    m.push(new Tuple(items));
  };
}

function dictionary(pairs: readonly unknown[], m: PickleMachine): void {
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
