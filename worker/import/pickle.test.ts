import { describe, expect, test } from 'vitest';
import { unpickle } from './pickle.ts';
import { PickleTruncated, Tuple, type PickleGlobal } from './pickle-machine.ts';
import { pickle, py } from './testing/pickle-writer.ts';

const globals: Readonly<Record<string, PickleGlobal>> = {
  'test.pair': { name: 'test.pair', call: ([a, b]) => `${String(a)}+${String(b)}` },
  'test.constant': { name: 'test.constant', call: null },
  'collections.OrderedDict': { name: 'collections.OrderedDict', call: () => new Map() },
};

function read(bytes: Uint8Array | string): unknown {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return unpickle(data, 0, {
    subject: 'x.pth',
    find: (name) => (Object.hasOwn(globals, name) ? globals[name] : undefined),
    persistent: (id) => ({ id }),
  }).value;
}

describe('unpickle', () => {
  test('plain data, as the test writer writes it', () => {
    const value = [
      null,
      true,
      false,
      0,
      255,
      -1,
      70_000,
      2 ** 40,
      1.5,
      'größe',
      Uint8Array.of(1, 2),
      new Map([['a', [1]]]),
    ];
    expect(read(pickle(value))).toEqual(value);
    expect(read(pickle(py.tuple(1, py.tuple())))).toEqual(new Tuple([1, new Tuple([])]));
    expect(read(pickle(py.call(py.global('test', 'pair'), 1, 'b')))).toBe('1+b');
    expect(read(pickle(py.persistent(['k'])))).toEqual({ id: ['k'] });
    expect(read(pickle(py.orderedDict([['a', 1]], py.dict({ _metadata: 1 }))))).toEqual(new Map([['a', 1]]));
  });

  // Python 3.11: pickle.dumps({'a': [1, 2.5, None], 'b': (True, False), 'long': 2**70, 'neg': -2**40, 3: {1},
  //                            'bytes': b'\x00\xff', 't4': (1, 2, 3, 4), 'e': ()}, 4).hex()
  const PYTHON =
    '8004956b000000000000007d94288c0161945d94284b014740040000000000004e658c016294888986948c046c6f6e67948a0900000000000000' +
    '00408c036e6567948a060000000000ff4b038f94284b01908c05627974657394430200ff948c02743494284b014b024b034b0474948c01659429' +
    '752e';

  test('what Python writes', () => {
    expect(read(Buffer.from(PYTHON, 'hex'))).toEqual(
      new Map<unknown, unknown>([
        ['a', [1, 2.5, null]],
        ['b', new Tuple([true, false])],
        ['long', 2n ** 70n],
        ['neg', -(2 ** 40)],
        [3, new Set([1])],
        ['bytes', Uint8Array.of(0, 255)],
        ['t4', new Tuple([1, 2, 3, 4])],
        ['e', new Tuple([])],
      ]),
    );
  });

  test('says of every cut-off pickle that it is cut off', () => {
    const whole = Buffer.from(PYTHON, 'hex');
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(PickleTruncated);
    }
  });

  test('a list may hold itself', () => {
    const list = read('\x80\x02]q\x00h\x00a.') as unknown[];
    expect(list[0]).toBe(list);
  });
});

describe('refuses by name what it wants to call', () => {
  test.each([
    ['os.system by GLOBAL', 'cos\nsystem\n(X\x02\x00\x00\x00idtR.', 'os.system'],
    ['os.system as Linux has it', '\x80\x02cposix\nsystem\n.', 'posix.system'],
    ['by STACK_GLOBAL', '\x80\x04\x8c\x08builtins\x8c\x04exec\x93.', 'builtins.exec'],
    ['by INST', '(X\x02\x00\x00\x00idios\nsystem\n.', 'os.system'],
    ['names out of the prototype', 'cconstructor\nconstructor\n.', 'constructor.constructor'],
    ['a value of the allow-list that is no function', 'ctest\nconstant\n)R.', 'test.constant'],
    ['a name with control characters', 'cos\x1b[2J\nsystem\n.', 'os?[2J.system'],
  ])('%s', (_, bytes, name) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({
        code: 'checkpoint.unsafe-pickle',
        message: expect.stringContaining(`x.pth is refused: it wants to call ${name},`) as string,
      }),
    );
  });

  test.each([
    ['the extension registry', '\x82\x01.'],
    ['the state of what is no dictionary', '](b.'.replace('(', '}')],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'checkpoint.unsafe-pickle' }));
  });
});

describe('refuses damage', () => {
  test.each([
    ['an unknown opcode', '\xff'],
    ['an empty stack', '.'],
    ['a tuple of too few', 'N\x87.'],
    ['a mark as a value', '(.'],
    ['no mark', 'Nt.'],
    ['no such memo', 'h\x07.'],
    ['items for what is no list', 'NNa.'],
    ['items for what is no dictionary', ']NNs.'],
    ['items for what is no set', ']N\x90.'],
    ['an odd number of items', '}(NNNu.'],
    ['a call of data', 'N)R.'],
    ['a call without a tuple', 'ctest\npair\nNR.'],
    ['an integer of 4 GB', '\x8b\xff\xff\xff\xff'],
    ['a text of 4 GB', 'X\xff\xff\xff\xff'],
    ['a text of 2^63 bytes', '\x8d\x00\x00\x00\x00\x00\x00\x00\x80'],
    ['an endless name', `c${'a'.repeat(5000)}\n`],
    ['a name that is no text', 'NN\x93.'],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'checkpoint.corrupt' }));
  });

  test('more steps than a checkpoint needs', () => {
    expect(() => read(new Uint8Array(2_000_000).fill(0x7d))).toThrow(/more than 1000000 steps/);
  });

  test('work that repeats: a long list handed to a call again and again', () => {
    const calls = 1000;
    const bytes = Buffer.concat([
      Buffer.from(']q\x00(', 'latin1'),
      Buffer.alloc(100_000, 'N'),
      Buffer.from('e0', 'latin1'),
      ...new Array<Buffer>(calls).fill(Buffer.from('cspend\nall\nh\x00\x85R0', 'latin1')),
      Buffer.from('N.', 'latin1'),
    ]);
    const spendAll: PickleGlobal = {
      name: 'spend.all',
      call: ([list], spend) => {
        spend((list as unknown[]).length);
        return null;
      },
    };
    const environment = { subject: 'x', find: () => spendAll, persistent: () => null };
    expect(() => unpickle(bytes, 0, environment)).toThrow(/steps/);
  });
});
