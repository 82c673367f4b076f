import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { connect, type PageGlobals, type Socket } from './client.ts';
import type { WorkerStatus } from './contract.ts';
import type { Bridge, Cancellation, Delivery, Invocation } from './messages.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

const sockets: FakeSocket[] = [];

class FakeSocket implements Socket {
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: (Invocation | Cancellation)[] = [];
  readonly address: string;

  constructor(address: string) {
    this.address = address;
    sockets.push(this);
  }
  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push(decodeMessage(data) as Invocation | Cancellation);
  }
  close(): void {
    this.onclose?.();
  }
  deliver(delivery: Delivery): void {
    this.onmessage?.({ data: encodeMessage(delivery).buffer });
  }
}

const timers: { callback: () => void; milliseconds: number }[] = [];

const page: PageGlobals = {
  location: { href: 'http://127.0.0.1:4711/token/index.html?x=1#y' },
  WebSocket: FakeSocket,
  setTimeout: (callback, milliseconds) => timers.push({ callback, milliseconds }),
};

const socket = () => sockets.at(-1)!;
const ask = (client: ReturnType<typeof connect>) =>
  client.invoke('studies.samples', null).then(
    () => 'done',
    (error: HifuseError) => error.message,
  );

beforeEach(() => {
  sockets.length = 0;
  timers.length = 0;
});

describe('over a WebSocket', () => {
  it('connects below the address of the page, and sends what was asked before', async () => {
    const client = connect(page);
    expect(socket().address).toBe('ws://127.0.0.1:4711/token/socket');
    expect(socket().binaryType).toBe('arraybuffer');
    const answer = client.invoke('studies.dialog', { kind: 'files' });
    expect(socket().sent).toEqual([]);
    socket().onopen!();
    expect(socket().sent).toEqual([{ id: 1, method: 'studies.dialog', params: { kind: 'files' } }]);
    socket().deliver({ kind: 'answer', id: 1, answer: { ok: true, result: 'unavailable' } });
    expect(await answer).toBe('unavailable');
    expect(client.pathForFile({})).toBeNull();
  });

  it('throws the errors of main, with their code', async () => {
    const client = connect(page);
    socket().onopen!();
    const answer = client.invoke('studies.samples', null);
    const error = { code: 'internal', details: { reason: 'foreign', message: 'a.png is cut off.' } } as const;
    socket().deliver({ kind: 'answer', id: 1, answer: { ok: false, error } });
    await expect(answer).rejects.toThrow(new HifuseError(error.code, error.details));
    await expect(answer).rejects.toMatchObject(error);
  });

  it('tells events to those who listen to their topic', () => {
    const client = connect(page);
    const listener = vi.fn();
    const end = client.subscribe('command', listener);
    const other = vi.fn();
    client.subscribe('opening', other);
    const event: Delivery = { kind: 'event', topic: 'command', event: { name: 'about' } };
    socket().deliver(event);
    end();
    socket().deliver(event);
    expect(listener.mock.calls).toEqual([[{ name: 'about' }]]);
    expect(other).not.toHaveBeenCalled();
  });

  it('connects again; what was under way fails, what comes meanwhile waits', async () => {
    const client = connect(page);
    socket().onopen!();
    const lost = ask(client);
    socket().close();
    expect(await lost).toMatch(/connection/);
    const waiting = ask(client);
    timers.shift()!.callback();
    expect(sockets).toHaveLength(2);
    socket().onopen!();
    socket().deliver({ kind: 'answer', id: 2, answer: { ok: true, result: null } });
    expect(await waiting).toBe('done');
  });

  it('gives up at last, says so, and answers nothing more', async () => {
    const client = connect(page);
    const states: WorkerStatus['state'][] = [];
    client.subscribe('worker.status', ({ state }) => states.push(state));
    const waiting = ask(client);
    socket().close();
    for (let timer = timers.shift(); timer; timer = timers.shift()) {
      timer.callback();
      socket().close();
    }
    expect(await waiting).toMatch(/Start it again/);
    expect(await ask(client)).toMatch(/Start it again/);
    await expect(client.invoke('studies.reopen', null)).rejects.toMatchObject({ code: 'connection.lost' });
    expect(states.at(0)).toBe('restarting');
    expect(states.at(-1)).toBe('failed');
  });

  it('takes requests back, sent or not, and says so to main', async () => {
    const client = connect(page);
    const [early, late, kept] = [new AbortController(), new AbortController(), new AbortController()];
    const begin = (signal?: AbortSignal) =>
      client.invoke('studies.reopen', null, signal ? { signal } : {}).then(
        () => 'done',
        ({ code }: HifuseError) => code,
      );
    const unsent = begin(early.signal);
    early.abort();
    expect(await unsent).toBe('request.cancelled');
    socket().onopen!();
    expect(socket().sent).toEqual([]);
    const sent = begin(late.signal);
    const other = begin(kept.signal);
    late.abort();
    expect(await sent).toBe('request.cancelled');
    expect(socket().sent.slice(2)).toEqual([{ cancel: 2 }]);
    for (const id of [2, 3]) socket().deliver({ kind: 'answer', id, answer: { ok: true, result: null } });
    expect(await other).toBe('done');
    kept.abort();
    expect(socket().sent).toHaveLength(3);
    expect(await begin(AbortSignal.abort())).toBe('request.cancelled');
    expect(socket().sent).toHaveLength(3);
  });

  it('refuses a page that was not served', () => {
    expect(() => connect({ ...page, location: { href: 'file:///index.html' } })).toThrow(HifuseError);
  });
});

describe('over the bridge of the preload', () => {
  it('asks, listens and finds paths', async () => {
    const cancelled: number[] = [];
    let tell!: (topic: string, event: unknown) => void;
    const hifuse: Bridge = {
      invoke: (id, method, params) =>
        method === 'studies.reopen'
          ? new Promise(() => undefined)
          : Promise.resolve({ ok: true, result: [id, method, params] }),
      cancel: (id) => cancelled.push(id),
      subscribe: (listener) => {
        tell = listener;
      },
      pathForFile: (file) => (file === 'dropped' ? '/data/1.dcm' : ''),
    };
    const client = connect({ ...page, hifuse });
    expect(sockets).toHaveLength(0);
    expect(await client.invoke('studies.dialog', { kind: 'files' })).toEqual([1, 'studies.dialog', { kind: 'files' }]);
    const listener = vi.fn();
    client.subscribe('command', listener);
    tell('command', { name: 'about' });
    expect(listener).toHaveBeenCalledWith({ name: 'about' });
    expect(client.pathForFile('dropped')).toBe('/data/1.dcm');
    expect(client.pathForFile('pasted')).toBeNull();
    const controller = new AbortController();
    const asked = client.invoke('studies.reopen', null, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(cancelled).toEqual([2]);
  });
});
