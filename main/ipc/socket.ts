import type { WebSocket } from 'ws';
import { toErrorValue } from '../../models/errors.ts';
import type { AppEvent } from '../compose.ts';
import type { Delivery, Invocation } from './messages.ts';
import type { Server } from './server.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

/** Events are left out while a client that does not keep up still has so many bytes to read: newer ones follow. */
const MOST_BUFFERED = 64 * 2 ** 20;

/** Invocations of one client under way; a page needs a few dozen. */
const MOST_UNDER_WAY = 5000;

const PROTOCOL_ERROR = 1002;

function isInvocation(message: unknown): message is Invocation {
  const { id, method } = (message ?? {}) as Partial<Invocation>;
  return Number.isSafeInteger(id) && typeof method === 'string';
}

/** Serves one browser page over its WebSocket, until it closes. */
export function serveSocket(socket: WebSocket, server: Server): void {
  let underWay = 0;
  const deliver = (delivery: Delivery): void => {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(delivery));
  };
  const tell = ({ topic, event }: AppEvent): void => {
    if (socket.bufferedAmount < MOST_BUFFERED) deliver({ kind: 'event', topic, event });
  };
  const end = server.subscribe(tell);
  socket.on('close', end);
  // Too large a message, or one against the protocol: ws closes the socket by itself.
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer, isBinary) => {
    let message: unknown;
    try {
      message = isBinary ? decodeMessage(data) : null;
    } catch {
      message = null;
    }
    if (!isInvocation(message) || underWay >= MOST_UNDER_WAY) {
      socket.close(PROTOCOL_ERROR);
      return;
    }
    const { id, method, params } = message;
    underWay += 1;
    void server.invoke(method, params).then((answer) => {
      underWay -= 1;
      try {
        deliver({ kind: 'answer', id, answer });
      } catch (error) {
        deliver({ kind: 'answer', id, answer: { ok: false, error: toErrorValue(error) } });
      }
    });
  });
  void server.snapshot().then((events) => {
    for (const event of events) tell(event);
  });
}
