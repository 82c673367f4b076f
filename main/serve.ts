/** The Node host: the app in the person's browser, served to this computer alone. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { toErrorValue } from '../models/errors.ts';
import { english } from '../models/texts/texts.ts';
import { dieWithoutPatientData } from '../worker/last-words.ts';
import { NOTICE, software } from './about.ts';
import { compose, type Services } from './compose.ts';
import { isEntry } from './entry.ts';
import { openInBrowser } from './hosts/browser.ts';
import { nodeHost, type NodeHostOptions } from './hosts/node.ts';
import { createServer } from './ipc/server.ts';
import { serveSocket } from './ipc/socket.ts';
import { readStatic, securityHeaders } from './ipc/static.ts';
import { PATHS } from './paths.ts';

/** This computer alone; never a network. */
const ADDRESS = '127.0.0.1';
const TOKEN_BYTES = 32;
/** Largest message of a browser: a chunk of an upload with its envelope. */
export const MOST_MESSAGE_BYTES = 64 * 2 ** 20;

export interface ServeOptions extends NodeHostOptions {
  /** 0 or left out: any free one. */
  port?: number;
  /** Folder of the built renderer. */
  renderer?: string;
  /** Called whenever a page has connected. */
  onPage?: () => void;
}

export interface Serving {
  /** What to open: http://127.0.0.1:port/token/ */
  address: string;
  services: Services;
  close(): Promise<void>;
}

/** Starts the app. Whoever knows the address may use it; it holds a random token, and other origins are refused. */
export async function start(options: ServeOptions = {}): Promise<Serving> {
  const services = compose(nodeHost(options));
  const server = createServer(services);
  const renderer = options.renderer ?? PATHS.renderer;
  const guard = new Guard();

  const http = createHttpServer((request, response) => {
    void respond(request, response, guard, renderer);
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
  // Once upgraded, or refused to be, a connection is no longer the HTTP server's to close.
  const connections = new Set<Socket>();
  http.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  http.on('upgrade', (request: IncomingMessage, stream: Socket, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    // Browsers send the origin with every WebSocket; a page of another site must not reach this one.
    if (!guard.knowsHost(request) || !guard.isOwnOrigin(request.headers.origin) || guard.pathOf(request) !== 'socket') {
      stream.write('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      // Ending alone would wait for the other side to end, too.
      stream.destroySoon();
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      serveSocket(socket, server);
      options.onPage?.();
    });
  });

  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(options.port ?? 0, ADDRESS, resolve);
    });
  } catch (error) {
    services.close();
    throw error;
  }
  guard.listensOn((http.address() as AddressInfo).port);
  services.inference.start();

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      services.close();
      http.close(() => {
        resolve();
      });
      for (const connection of connections) connection.destroy();
    });
    return closing;
  };
  return { address: guard.address, services, close };
}

/** Who may talk to us: those who know the token, under our own name. */
class Guard {
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  #hosts: readonly string[] = [];

  listensOn(port: number): void {
    this.#hosts = [`${ADDRESS}:${port}`, `localhost:${port}`];
  }

  get address(): string {
    return `http://${this.#hosts[0]}/${this.#token}/`;
  }

  /** A name that merely points to this computer (DNS rebinding) is not ours. */
  knowsHost({ headers }: IncomingMessage): boolean {
    return this.#hosts.includes(headers.host ?? '');
  }

  isOwnOrigin(origin: string | undefined): boolean {
    return this.#hosts.some((host) => origin === `http://${host}`);
  }

  /** The path below the token, without query; null where the token is missing or wrong. */
  pathOf({ url = '' }: IncomingMessage): string | null {
    const [, token = '', path = null] = /^\/([^/?#]*)\/([^?#]*)/.exec(url) ?? [];
    const given = Buffer.from(token);
    const own = Buffer.from(this.#token);
    return given.length === own.length && timingSafeEqual(given, own) ? path : null;
  }

  socketOrigin({ headers }: IncomingMessage): string {
    return `ws://${headers.host}`;
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  guard: Guard,
  renderer: string,
): Promise<void> {
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...securityHeaders(), 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
  };
  const { origin } = request.headers;
  if (!guard.knowsHost(request) || (origin !== undefined && !guard.isOwnOrigin(origin))) {
    refuse(403, 'Forbidden.');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(405, 'Only GET.');
    return;
  }
  const path = guard.pathOf(request);
  if (path === null) {
    refuse(403, 'Open the whole address that HiFuse Viewer shows where it was started.');
    return;
  }
  const file = await readStatic(renderer, path);
  if (!file) {
    refuse(404, 'Not found.');
    return;
  }
  response.writeHead(200, {
    ...securityHeaders(guard.socketOrigin(request)),
    'Content-Type': file.type,
    'Content-Length': file.bytes.byteLength,
  });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
}

/** Milliseconds that a browser gets to start and to read the file that leads it here. */
const BROWSER_START_MS = 60_000;

const HELP = `\
Usage: node dist/main/serve.js [--no-open] [--port N] [--data-dir FOLDER] [FILE|FOLDER]...

Serves HiFuse Viewer to the browser of this computer, and to no other.

  --no-open          only print the address
  --port N           instead of any free one
  --data-dir FOLDER  for settings and imported models

HIFUSE_DEBUG=1 shows what the inference process writes, which may name files and patients.`;

/**
 * Runs the host as its command line asks, until a signal ends it.
 * @returns null where only the help was asked for
 */
export async function run(args: string[], options: ServeOptions = {}): Promise<Serving | null> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is no port number.`);
  const dataDirectory = values['data-dir'];
  let removeRedirect = (): void => undefined;
  const serving = await start({
    ...options,
    port,
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    onPage: () => {
      removeRedirect();
    },
  });

  let ending = false;
  const end = (): void => {
    if (ending) process.exit(1);
    ending = true;
    removeRedirect();
    void serving.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

  console.log(`${software}. ${NOTICE}`);
  console.log(serving.address);
  console.log('Close it with Ctrl-C.');
  if (!values['no-open']) {
    removeRedirect = openInBrowser(serving.address, () => {
      console.error('No browser could be opened. Open the address above in one.');
    });
    setTimeout(removeRedirect, BROWSER_START_MS).unref();
  }
  // What cannot be opened is told, here and in the list; the others are open, and the application goes on.
  const { studies } = serving.services;
  for (const failure of await studies.open(positionals, { listFailures: true })) {
    console.error(english.error(toErrorValue(failure)));
  }
  return serving;
}

if (isEntry(import.meta.url)) {
  dieWithoutPatientData();
  run(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  });
}
