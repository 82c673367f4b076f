/** Entry of a thread of the imaging pool: one task at a time, its buffers handed over without a copy. */
import { parentPort } from 'node:worker_threads';
import { toErrorValue } from '../../models/errors.ts';
import { onClockStart } from './clock.ts';
import type { FromThread, ThreadResponse, ToThread } from './pool-protocol.ts';
import { TASKS } from './tasks.ts';
import { transferables } from './transferables.ts';

const port = parentPort;
if (!port) throw new Error('This module is the entry of a worker thread.');

onClockStart((milliseconds) => {
  port.postMessage({ clock: milliseconds } satisfies FromThread);
});

port.on('message', (message: ToThread) => {
  const task = TASKS[message.task] as (params: unknown) => Promise<unknown>;
  const answer = (response: ThreadResponse) => {
    port.postMessage(response, response.ok ? transferables(response.result) : []);
  };
  task(message.params).then(
    (result) => {
      answer({ ok: true, result });
    },
    (error: unknown) => {
      answer({ ok: false, error: toErrorValue(error) });
    },
  );
});

port.postMessage({ ready: true } satisfies FromThread);
