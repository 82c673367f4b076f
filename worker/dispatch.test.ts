import { describe, expect, it } from 'vitest';
import { HifuseError } from '../models/errors.ts';
import { Dispatcher, type Handlers } from './dispatch.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

function start(handlers: Partial<Handlers>) {
  const sent: FromWorker[] = [];
  const dispatcher = new Dispatcher(handlers as Handlers, (message) => sent.push(message));
  return { sent, dispatcher };
}

const request = (id: number, method: string): ToWorker =>
  ({ kind: 'request', id, method, params: { path: '/a.dcm' } }) as ToWorker;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Dispatcher', () => {
  it('answers with the result and reports progress under the number of the request', async () => {
    const { sent, dispatcher } = start({
      'image.elements': ({ path }, { progress }) => {
        progress(1, 2, 'Reading');
        return Promise.resolve([{ tag: '00100010', vr: 'PN', keyword: 'PatientName', value: path }]);
      },
    });
    dispatcher.receive(request(7, 'image.elements'));
    await settle();
    expect(sent).toEqual([
      { kind: 'progress', id: 7, done: 1, total: 2, text: 'Reading' },
      { kind: 'result', id: 7, result: [{ tag: '00100010', vr: 'PN', keyword: 'PatientName', value: '/a.dcm' }] },
    ]);
  });

  it('answers with the error as a value, also where a handler throws at once', async () => {
    const { sent, dispatcher } = start({
      'image.elements': () => {
        throw new HifuseError('request.invalid', { reason: 'unknown-request', method: 'a' });
      },
    });
    dispatcher.receive(request(1, 'image.elements'));
    await settle();
    expect(sent).toEqual([
      { kind: 'error', id: 1, error: { code: 'request.invalid', details: { reason: 'unknown-request', method: 'a' } } },
    ]);
  });

  it('refuses what it does not know, names of Object.prototype too', async () => {
    const { sent, dispatcher } = start({});
    dispatcher.receive(request(1, 'image.paint'));
    dispatcher.receive(request(2, 'toString'));
    await settle();
    expect(sent.map((message) => message.kind === 'error' && message.error.code)).toEqual([
      'request.invalid',
      'request.invalid',
    ]);
  });

  it('cancels by number; whatever the handler then throws is told as cancelled', async () => {
    const { sent, dispatcher } = start({
      'image.elements': (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('socket hang up'));
          });
        }),
    });
    dispatcher.receive(request(1, 'image.elements'));
    dispatcher.receive({ kind: 'cancel', id: 99 });
    await settle();
    expect(sent).toEqual([]);
    dispatcher.receive({ kind: 'cancel', id: 1 });
    await settle();
    expect(sent).toMatchObject([{ kind: 'error', id: 1, error: { code: 'request.cancelled' } }]);
  });
});
