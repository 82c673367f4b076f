/** Entry of the inference process, and the only file that touches the process's port. */
import { availableParallelism } from 'node:os';
import { Dispatcher } from './dispatch.ts';
import { deleteQueuedTelemetry } from './engines/onnx/queued-telemetry.ts';
import { createHandlers } from './handlers.ts';
import { threadsOf } from './environment.ts';
import { dieWithoutPatientData } from './last-words.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

const HEARTBEAT_MS = 1000;

interface Port {
  send(message: FromWorker): void;
  onMessage(listener: (message: ToWorker) => void): void;
}

/** Under Electron's utilityProcess, `process.parentPort` (see its documentation); Electron's types stay out of here. */
interface ParentPort {
  postMessage(message: FromWorker): void;
  on(event: 'message', listener: (event: { data: ToWorker }) => void): void;
}

function openPort(): Port {
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort) {
    return {
      send: (message) => {
        parentPort.postMessage(message);
      },
      onMessage: (listener) => {
        parentPort.on('message', (event) => {
          listener(event.data);
        });
      },
    };
  }
  if (!process.send) throw new Error('This is the inference process of HiFuse Viewer; the application starts it.');
  // Nobody is left to answer: whoever started us has ended.
  process.once('disconnect', () => process.exit(0));
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
  };
}

dieWithoutPatientData();

const port = openPort();
const dispatcher = new Dispatcher(
  createHandlers({ threads: threadsOf(process.env) ?? Math.max(1, availableParallelism() - 1) }),
  port.send,
);
port.onMessage((message) => {
  dispatcher.receive(message);
});
setInterval(() => {
  port.send({ kind: 'heartbeat', rss: process.memoryUsage.rss() });
}, HEARTBEAT_MS);
port.send({ kind: 'ready' });
void deleteQueuedTelemetry();
