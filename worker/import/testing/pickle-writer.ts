/**
 * Writes pickles of protocol 2 for tests, with whatever calls a test wants. Strings, numbers, booleans, null, arrays
 * (lists), Maps (dicts) and Uint8Arrays stand for themselves; the rest is made by `py`.
 */

class PyTuple {
  constructor(readonly items: readonly unknown[]) {}
}
class PyGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}
class PyCall {
  constructor(
    readonly callee: unknown,
    readonly parameters: readonly unknown[],
    readonly items: readonly (readonly [unknown, unknown])[],
    readonly state: unknown,
  ) {}
}
class PyPersistent {
  constructor(readonly id: unknown) {}
}

export const py = {
  tuple: (...items: unknown[]) => new PyTuple(items),
  global: (module: string, name: string) => new PyGlobal(module, name),
  call: (callee: unknown, ...parameters: unknown[]) => new PyCall(callee, parameters, [], undefined),
  /** An OrderedDict as a state dict is one: filled after it was made, with attributes. */
  orderedDict: (items: Iterable<readonly [unknown, unknown]>, attributes?: ReadonlyMap<string, unknown>) =>
    new PyCall(new PyGlobal('collections', 'OrderedDict'), [], [...items], attributes),
  persistent: (id: unknown) => new PyPersistent(id),
  dict: (value: Record<string, unknown>) => new Map(Object.entries(value)),
};

const OP = { mark: 0x28, stop: 0x2e } as const;

/** @param onPersistent is told the items of every persistent id */
export function pickle(value: unknown, onPersistent?: (id: readonly unknown[]) => void): Uint8Array<ArrayBuffer> {
  const out: number[] = [0x80, 2];
  let memo = 0;

  const uint32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
  const text = (s: string): number[] => [...new TextEncoder().encode(s)];
  /** As Python does, remember whatever could be referred to again. */
  const remember = (): void => void out.push(0x72, ...uint32(memo++));
  const items = (pairs: readonly (readonly [unknown, unknown])[]): void => {
    if (pairs.length === 0) return;
    out.push(OP.mark);
    for (const [key, item] of pairs) {
      write(key);
      write(item);
    }
    out.push(0x75);
  };

  function write(v: unknown): void {
    if (v === null) out.push(0x4e);
    else if (typeof v === 'boolean') out.push(v ? 0x88 : 0x89);
    else if (typeof v === 'number') writeNumber(v);
    else if (typeof v === 'string') {
      const bytes = text(v);
      out.push(0x58, ...uint32(bytes.length), ...bytes);
      remember();
    } else if (v instanceof Uint8Array) out.push(0x42, ...uint32(v.length), ...v);
    else if (Array.isArray(v)) {
      out.push(0x5d);
      remember();
      out.push(OP.mark);
      v.forEach(write);
      out.push(0x65);
    } else if (v instanceof Map) {
      out.push(0x7d);
      remember();
      items([...(v as Map<unknown, unknown>)]);
    } else if (v instanceof PyTuple) {
      out.push(OP.mark);
      v.items.forEach(write);
      out.push(0x74);
    } else if (v instanceof PyGlobal) {
      out.push(0x63, ...text(`${v.module}\n${v.name}\n`));
      remember();
    } else if (v instanceof PyCall) {
      write(v.callee);
      write(new PyTuple(v.parameters));
      out.push(0x52);
      remember();
      items(v.items);
      if (v.state !== undefined) {
        write(v.state);
        out.push(0x62);
      }
    } else if (v instanceof PyPersistent) {
      if (v.id instanceof PyTuple) onPersistent?.(v.id.items);
      write(v.id);
      out.push(0x51);
    } else throw new Error(`cannot pickle ${String(v)}`);
  }

  function writeNumber(v: number): void {
    if (Number.isInteger(v) && v >= 0 && v < 256) out.push(0x4b, v);
    else if (Number.isInteger(v) && Math.abs(v) < 2 ** 31) out.push(0x4a, ...uint32(v >>> 0));
    else if (Number.isInteger(v)) {
      const bytes = new Uint8Array(new BigInt64Array([BigInt(v)]).buffer);
      out.push(0x8a, 8, ...bytes);
    } else {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, v, false);
      out.push(0x47, ...bytes);
    }
  }

  write(value);
  out.push(OP.stop);
  return Uint8Array.from(out);
}
