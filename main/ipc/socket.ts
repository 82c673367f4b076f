import type { WebSocket } from 'ws';
import { toErrorValue } from '../../models/errors.ts';
import type { AppEvent } from '../compose.ts';
import type { Cancellation, Delivery, Invocation } from './messages.ts';
import type { Server } from './server.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

/** Bytes that a page may have yet to read before it is told of no more open images. */
const BEHIND_BYTES = 4 * 2 ** 20;

/** Invocations of one client under way; a page needs a few dozen. */
const MOST_UNDER_WAY = 5000;

const PROTOCOL_ERROR = 1002;

function isInvocation(message: unknown): message is Invocation {
  const { id, method } = (message ?? {}) as Partial<Invocation>;
  return Number.isSafeInteger(id) && typeof method === 'string';
}

const isCancellation = (message: unknown): message is Cancellation =>
  Number.isSafeInteger((message as Partial<Cancellation> | null)?.cancel);

/** Serves one browser page over its WebSocket, until it closes. */
export function serveSocket(socket: WebSocket, server: Server): void {
  let underWay = 0;
  const deliver = (delivery: Delivery): void => {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(delivery));
  };
  const connection = server.connect(
    ({ topic, event }: AppEvent) => {
      deliver({ kind: 'event', topic, event });
    },
    () => socket.bufferedAmount > BEHIND_BYTES,
  );
  socket.on('close', () => {
    connection.close();
  });
  // Too large a message, or one against the protocol: ws closes the socket by itself.
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer, isBinary) => {
    let message: unknown;
    try {
      message = isBinary ? decodeMessage(data) : null;
    } catch {
      message = null;
    }
    if (isCancellation(message)) {
      connection.cancel(message.cancel);
      return;
    }
    if (!isInvocation(message) || underWay >= MOST_UNDER_WAY) {
      socket.close(PROTOCOL_ERROR);
      return;
    }
    const { id, method, params } = message;
    underWay += 1;
    void connection.invoke(id, method, params).then((answer) => {
      underWay -= 1;
      try {
        deliver({ kind: 'answer', id, answer });
      } catch (error) {
        deliver({ kind: 'answer', id, answer: { ok: false, error: toErrorValue(error) } });
      }
    });
  });
}
