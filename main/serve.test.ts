import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { createConnection } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { randomFrom } from '../models/random.ts';
import { connect } from './ipc/client.ts';
import { decodeMessage, encodeMessage } from './ipc/wire.ts';
import { MOST_MESSAGE_BYTES, run, start, type Serving } from './serve.ts';
import { socketPage } from './testing/socket-page.ts';

let folder: string;
let serving: Serving;
let address: URL;
/** An inference process that is ready and never asked. */
let workerEntry: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-serve-'));
  const renderer = path.join(folder, 'renderer');
  await mkdir(path.join(renderer, 'assets'), { recursive: true });
  await writeFile(path.join(renderer, 'index.html'), '<!doctype html><title>HiFuse Viewer</title>');
  await writeFile(path.join(renderer, 'assets', 'main.js'), 'export {};');
  await writeFile(path.join(folder, 'secret.html'), 'secret');
  await writeFile(path.join(renderer, 'notes.txt'), 'not for browsers');
  workerEntry = path.join(folder, 'worker.mjs');
  await writeFile(workerEntry, "process.on('message', () => {}); process.send({ kind: 'ready' });");
  serving = await start({ dataDirectory: path.join(folder, 'data'), renderer, workerEntry });
  address = new URL(serving.address);
});

afterAll(async () => {
  await serving.close();
  await rm(folder, { recursive: true, force: true });
});

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request whose path is sent as it stands (fetch would tidy `..` away). */
function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = address;
    httpRequest({ hostname, port, path: target, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body });
      });
    })
      .on('error', reject)
      .end();
  });
}

/** How opening a WebSocket ends: open, or with the status of the refusal. */
async function openSocket(target: string, options: ClientOptions): Promise<'open' | number> {
  const socket = new WebSocket(target, options);
  try {
    return await new Promise((resolve) => {
      socket.once('open', () => {
        resolve('open');
      });
      socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode!);
      });
      socket.once('error', () => {
        resolve(0);
      });
    });
  } finally {
    socket.terminate();
  }
}

/** Waits for an answer rather than for one of the events that every page is told. */
function waitForAnswer(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      if ((decodeMessage(data) as { kind: string }).kind === 'answer') resolve();
    });
  });
}

const socketAddress = () => `ws://${address.host}${address.pathname}socket`;

describe('the address', () => {
  it('is of this computer alone, with a token of 256 bits', () => {
    expect(serving.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/);
  });

  // Every address of this computer but our own; 127.0.0.2 is one wherever the system is Linux.
  const others = Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one && one.address !== '127.0.0.1' && !one.scopeid ? [one.address] : []))
    .concat(process.platform === 'linux' ? ['127.0.0.2'] : []);

  it.skipIf(others.length === 0).each(others)('cannot be reached through %s', async (host) => {
    const socket = createConnection({ host, port: Number(address.port) });
    const event = await new Promise((resolve) => {
      socket.once('connect', resolve.bind(null, 'connected')).once('error', resolve.bind(null, 'refused'));
    });
    socket.destroy();
    expect(event).toBe('refused');
  });
});

describe('pages', () => {
  it('are served below the token, under a policy that allows nothing from elsewhere and nothing inline', async () => {
    const page = await get(address.pathname);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('HiFuse Viewer');
    const policy = page.headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`connect-src 'self' ws://${address.host}`);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(page.headers['set-cookie']).toBeUndefined();
    expect((await get(`${address.pathname}assets/main.js?v=1`)).status).toBe(200);
  });

  it('are refused without the token or with another one', async () => {
    const wrong = `${address.pathname.slice(0, -2)}${address.pathname.at(-2) === 'A' ? 'B' : 'A'}/`;
    for (const target of ['/', '/index.html', '/assets/main.js', wrong, `${wrong}assets/main.js`, '//', '*']) {
      expect((await get(target)).status, target).toBe(403);
    }
  });

  it('are refused under another name, as after DNS rebinding', async () => {
    for (const host of ['evil.example', `evil.example:${address.port}`, '127.0.0.1']) {
      expect((await get(address.pathname, { host })).status, host).toBe(403);
    }
    expect((await get(address.pathname, { host: `localhost:${address.port}` })).status).toBe(200);
  });

  it('are refused to other origins', async () => {
    for (const origin of ['https://evil.example', 'null', `https://${address.host}`]) {
      expect((await get(address.pathname, { origin })).status, origin).toBe(403);
    }
  });

  it('are read, never written', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get(address.pathname, {}, method)).status, method).toBe(405);
    }
    expect((await get(address.pathname, {}, 'HEAD')).body).toBe('');
  });

  it.each([
    '../secret.html',
    '..%2fsecret.html',
    '%2e%2e/secret.html',
    'assets/../../secret.html',
    'assets/..%5c..%5csecret.html',
    '..\\secret.html',
    '/secret.html',
    'C:/secret.html',
    'index.html%00.js',
    '%',
    '.hidden.js',
    'notes.txt',
    'assets',
    'assets/',
  ])('lead to no file outside the renderer: %s', async (name) => {
    const reply = await get(address.pathname + name);
    expect(reply.status).toBe(404);
    expect(reply.body).not.toContain('secret');
  });
});

describe('the socket', () => {
  it('opens for the own page alone', async () => {
    const origin = address.origin;
    expect(await openSocket(socketAddress(), { origin })).toBe('open');
    expect(await openSocket(socketAddress(), { origin: 'https://evil.example' })).toBe(403);
    expect(await openSocket(socketAddress(), { origin: 'null' })).toBe(403);
    expect(await openSocket(socketAddress(), {})).toBe(403);
    expect(await openSocket(socketAddress(), { origin, headers: { host: 'evil.example' } })).toBe(403);
    expect(await openSocket(`ws://${address.host}/socket`, { origin })).toBe(403);
    expect(await openSocket(`ws://${address.host}/${'A'.repeat(43)}/socket`, { origin })).toBe(403);
    expect(await openSocket(`ws://${address.host}${address.pathname}other`, { origin })).toBe(403);
  });

  it('is closed to who is refused, though the other side stays open', async () => {
    const ends = Array.from({ length: 50 }, async () => {
      const stream = createConnection({ host: address.hostname, port: Number(address.port), allowHalfOpen: true });
      stream.write(
        `GET /wrong/socket HTTP/1.1\r\nHost: ${address.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      let reply = '';
      stream.on('data', (part) => (reply += String(part)));
      // Written to after its end: a server that still reads would take it, one that closed answers with a reset.
      await once(stream, 'end');
      const reset = once(stream, 'error');
      const writing = setInterval(() => stream.write('x'), 10);
      await reset.finally(() => {
        clearInterval(writing);
      });
      return reply.split('\r\n')[0];
    });
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['HTTP/1.1 403 Forbidden']));
  });

  it('survives 500 malformed messages', async () => {
    const valid = encodeMessage({ id: 1, method: 'app.info', params: null, bytes: new Float32Array(3) });
    const random = randomFrom(7);
    const byte = () => Math.floor(random() * 256);
    for (let round = 0; round < 500; round++) {
      const message =
        round % 2 ? Uint8Array.from({ length: byte() }, byte) : valid.slice(0, valid.length - (byte() % 9));
      for (let i = 0; i < 3; i++) message[byte() % message.length] = byte();
      const socket = new WebSocket(socketAddress(), { origin: address.origin });
      await once(socket, 'open');
      const settled = Promise.race([once(socket, 'close'), waitForAnswer(socket)]);
      socket.send(message);
      await settled;
      socket.terminate();
    }
    const client = connect(socketPage(serving.address));
    expect(await client.invoke('app.info', null)).toMatchObject({ host: 'browser' });
  }, 30_000);

  it.each([
    ['too large a message', Buffer.alloc(MOST_MESSAGE_BYTES + 1), 1009],
    ['text', 'hello', 1002],
    ['bytes that are no message', Buffer.from([1, 2, 3]), 1002],
    ['a message without a method', encodeMessage({ id: 1 }), 1002],
    ['a message without a number', encodeMessage({ id: '1', method: 'app.info' }), 1002],
    ['null', encodeMessage(null), 1002],
  ])('closes over %s, and the application goes on', async (_, message, code) => {
    const socket = new WebSocket(socketAddress(), { origin: address.origin });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send(message);
    expect((await closed)[0]).toBe(code);
    expect(await openSocket(socketAddress(), { origin: address.origin })).toBe('open');
  });
});

describe('the contract', () => {
  it('answers, and refuses what it does not allow, by name', async () => {
    const client = connect(socketPage(serving.address));
    expect(await client.invoke('app.info', null)).toMatchObject({ name: 'HiFuse Viewer', host: 'browser' });
    const ask = (method: string, params: unknown) =>
      client.invoke(method as 'app.info', params as null).then(
        () => 'answered',
        (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
      );
    expect(await ask('toString', null)).toMatch(/^request.invalid/);
    expect(await ask('__proto__', null)).toMatch(/^request.invalid/);
    expect(await ask('app.info', { a: 1 })).toMatch(/^request.invalid/);
    expect(await ask('images.frame', { imageId: 'image-1', frame: -1 })).toMatch(/^request.invalid: .*frame/);
    expect(await ask('images.frame', { imageId: '/etc/passwd', frame: 0 })).toMatch(
      /^request.invalid: .*no longer open/,
    );
    expect(await ask('studies.open', { paths: 'a' })).toMatch(/^request.invalid: .*paths/);
    expect(await ask('settings.set', { engine: 'magic' })).toMatch(/^request.invalid: .*engine/);
    expect(await ask('settings.set', { modelId: '../../etc' })).toMatch(/^model.not-found/);
  });

  it('keeps uploads in a folder of their own, under harmless names, and deletes them at the end', async () => {
    const client = connect(socketPage(serving.address));
    const bytes = new TextEncoder().encode('no image');
    await client.invoke('models.upload', { uploadId: 'a', name: '../../evil.pth', offset: 0, bytes, last: true });
    const stored = serving.services.uploads.path('a');
    expect(path.basename(stored)).toBe('evil.pth');
    const parent = path.dirname(path.dirname(stored));
    expect(path.dirname(parent)).toBe(tmpdir());
    serving.services.uploads.close();
    expect(await readdir(parent).catch(() => 'gone')).toBe('gone');
  });
});

describe('the end', () => {
  it('comes at once, whoever still holds a connection', async () => {
    const other = await start({ dataDirectory: path.join(folder, 'other'), renderer: folder, workerEntry });
    const { hostname, port, host } = new URL(other.address);
    const upgrade = `GET /x/socket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const streams = ['', 'GET / HTTP/1.1\r\n', upgrade].map((text) => {
      const stream = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true });
      stream.on('error', () => undefined);
      stream.write(text);
      return stream;
    });
    await Promise.all(streams.map((stream) => once(stream, 'connect')));
    await once(streams[2]!, 'data');
    await other.close();
    for (const stream of streams) stream.destroy();
  }, 5000);
});

describe('the command', () => {
  it('tells of a path that cannot be opened, opens the others and goes on', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const image = path.join(folder, 'a.dcm');
    await writeFile(image, 'x');
    const options = {
      dataDirectory: path.join(folder, 'command'),
      renderer: path.join(folder, 'renderer'),
      workerEntry,
    };
    const running = (await run(['--no-open', path.relative('.', image), 'gone/a.dcm'], options))!;
    try {
      expect(said.mock.calls.flat().join()).toMatch(/gone\/a\.dcm/);
      expect(await (await fetch(running.address)).text()).toContain('HiFuse Viewer');
      const { studies } = running.services;
      const listed = [...studies.imageIds].map((id) => studies.image(id));
      expect(listed).toMatchObject([
        { name: 'a.dcm', error: null },
        { name: 'a.dcm', error: { code: 'file.not-found' } },
      ]);
    } finally {
      vi.restoreAllMocks();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal);
      await running.close();
    }
  });
});
