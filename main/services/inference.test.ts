import { describe, expect, it } from 'vitest';
import type { FromWorker, ToWorker } from '../../worker/protocol.ts';
import type { WorkerProcess } from '../hosts/host.ts';
import type { WorkerStatus } from '../ipc/contract.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Inference, type Limits } from './inference.ts';

/** A process whose every answer and end the test decides. */
class FakeWorker implements WorkerProcess {
  readonly pid = 1;
  readonly sent: ToWorker[] = [];
  killed = false;
  #message: (message: FromWorker) => void = () => undefined;
  #exit: (code: number | null) => void = () => undefined;

  send(message: ToWorker): void {
    this.sent.push(message);
  }
  onMessage(listener: (message: FromWorker) => void): void {
    this.#message = listener;
  }
  onExit(listener: (code: number | null) => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.killed = true;
    this.end();
  }
  end(): void {
    this.#exit(null);
  }
  say(message: FromWorker): void {
    this.#message(message);
  }
  /** Paths of the requests that were sent. */
  get paths(): string[] {
    return this.sent.flatMap((message) =>
      message.kind === 'request' ? [(message.params as { path: string }).path] : [],
    );
  }
  answer(path: string): void {
    const request = this.sent.find(
      (message) => message.kind === 'request' && (message.params as { path: string }).path === path,
    );
    this.say({ kind: 'result', id: request!.id, result: `elements of ${path}` });
  }
}

function start(limits: Partial<Limits> = {}) {
  const workers: FakeWorker[] = [];
  const clock = new FakeClock();
  const states: WorkerStatus['state'][] = [];
  const spawnWorker = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  const inference = new Inference(
    { spawnWorker },
    { memoryBytes: 1000, silenceMs: 60_000, backoffMs: [0, 500], ...limits },
    clock,
  );
  inference.onStatus(({ state }) => states.push(state));
  /** The outcome of a request, as text. */
  const ask = (path: string, signal?: AbortSignal) =>
    inference.request('image.elements', { path }, signal ? { signal } : {}).then(
      (result) => String(result),
      (error: { code: string }) => error.code,
    );
  const worker = () => workers.at(-1)!;
  const ready = () => {
    clock.advance(0);
    worker().say({ kind: 'ready' });
  };
  return { inference, workers, worker, clock, states, ask, ready };
}

describe('Inference', () => {
  it('starts with the first request, and sends when the process is ready', async () => {
    const { workers, worker, ask, ready, states } = start();
    expect(workers).toHaveLength(0);
    const answer = ask('a');
    expect(worker().sent).toEqual([]);
    ready();
    worker().answer('a');
    expect(await answer).toBe('elements of a');
    expect(states).toEqual(['starting', 'ready']);
  });

  it('passes errors and progress on', async () => {
    const { inference, worker, ready } = start();
    const progress: number[] = [];
    const answer = inference.request(
      'image.elements',
      { path: 'a' },
      { onProgress: ({ done }) => progress.push(done) },
    );
    ready();
    worker().say({ kind: 'progress', id: 1, done: 3, total: 4, text: '' });
    worker().say({ kind: 'error', id: 1, error: { code: 'dicom.corrupt', details: { reason: 'cut-off' } } });
    await expect(answer).rejects.toMatchObject({ code: 'dicom.corrupt', details: { reason: 'cut-off' } });
    expect(progress).toEqual([3]);
  });

  it('cancels at once, and tells the process', async () => {
    const { worker, ask, ready } = start();
    const controller = new AbortController();
    const answer = ask('a', controller.signal);
    ready();
    controller.abort();
    expect(await answer).toBe('request.cancelled');
    expect(worker().sent.at(-1)).toEqual({ kind: 'cancel', id: 1 });
    worker().answer('a');
    expect(await ask('b', AbortSignal.abort())).toBe('request.cancelled');
  });

  it('restarts a process that ended, and repeats what was under way', async () => {
    const { inference, workers, worker, ask, ready, states } = start();
    const answer = ask('a');
    ready();
    worker().end();
    expect(inference.status).toMatchObject({ state: 'restarting', restarts: 1 });
    expect(inference.status.problem).toMatchObject({ code: 'worker.crashed', details: { reason: 'restarting' } });
    ready();
    worker().answer('a');
    expect(await answer).toBe('elements of a');
    expect(workers).toHaveLength(2);
    expect(states).toEqual(['starting', 'ready', 'restarting', 'restarting', 'ready']);
    expect(inference.status.problem).toMatchObject({ details: { reason: 'restarted' } });
  });

  it('fails only the request that kills the process; all others are answered', async () => {
    const { workers, worker, ask, ready, clock } = start();
    const answers = ['good 1', 'killer', 'good 2'].map((path) => ask(path));
    ready();
    expect(worker().paths).toEqual(['good 1', 'killer', 'good 2']);
    worker().end();
    const late = ask('late');
    ready();
    expect(worker().paths).toEqual(['good 1']);
    worker().answer('good 1');
    expect(worker().paths).toEqual(['good 1', 'killer']);
    worker().end();
    clock.advance(500);
    ready();
    expect(worker().paths).toEqual(['good 2']);
    worker().answer('good 2');
    expect(worker().paths).toEqual(['good 2', 'late']);
    worker().answer('late');
    expect(await Promise.all([...answers, late])).toEqual([
      'elements of good 1',
      'worker.crashed',
      'elements of good 2',
      'elements of late',
    ]);
    expect(workers).toHaveLength(3);
  });

  it('waits longer before each start in a row, then gives up; a new request tries again', async () => {
    const { inference, workers, worker, ask, ready, clock } = start();
    const answer = ask('a');
    worker().end();
    clock.advance(0);
    expect(workers).toHaveLength(2);
    worker().end();
    clock.advance(499);
    expect(workers).toHaveLength(2);
    clock.advance(1);
    expect(workers).toHaveLength(3);
    worker().end();
    expect(inference.status.state).toBe('failed');
    expect(await answer).toBe('worker.crashed');
    const again = ask('b');
    ready();
    worker().answer('b');
    expect(await again).toBe('elements of b');
  });

  it('ends a process that owes an answer and shows no life, and says that it was slow', async () => {
    const { workers, worker, ask, ready, clock } = start();
    const answer = ask('a');
    ready();
    clock.advance(59_000);
    worker().say({ kind: 'heartbeat', rss: 10 });
    clock.advance(59_000);
    expect(worker().killed).toBe(false);
    clock.advance(3000);
    expect(workers).toHaveLength(2);
    expect(workers[0]!.killed).toBe(true);
    ready();
    clock.advance(62_000);
    expect(await answer).toBe('worker.timeout');
  });

  it('lets an idle process be silent', () => {
    const { workers, worker, ask, ready, clock } = start();
    void ask('a');
    ready();
    worker().answer('a');
    clock.advance(600_000);
    expect(workers).toHaveLength(1);
    expect(worker().killed).toBe(false);
  });

  it('does not take the sleep of the computer for silence', () => {
    const { worker, ask, ready, clock } = start();
    void ask('a');
    ready();
    clock.sleep(3_600_000);
    expect(worker().killed).toBe(false);
  });

  it('ends a process that takes too much memory', () => {
    const { inference, workers, worker, ask, ready } = start();
    void ask('a');
    ready();
    worker().say({ kind: 'heartbeat', rss: 999 });
    expect(inference.status.memoryBytes).toBe(999);
    worker().say({ kind: 'heartbeat', rss: 1001 });
    expect(workers[0]!.killed).toBe(true);
    expect(inference.status.problem?.cause).toMatchObject({ code: 'worker.crashed', details: { reason: 'memory' } });
  });

  it('survives a host that cannot start the process', async () => {
    const clock = new FakeClock();
    const spawnWorker = () => {
      throw new Error('EAGAIN');
    };
    const inference = new Inference({ spawnWorker }, { backoffMs: [0] }, clock);
    const answer = inference.request('image.elements', { path: 'a' });
    clock.advance(0);
    await expect(answer).rejects.toMatchObject({ code: 'worker.crashed' });
    expect(inference.status.state).toBe('failed');
  });

  it('cancels everything when stopped, and starts no more', async () => {
    const { inference, workers, worker, ask, ready } = start();
    const answer = ask('a');
    ready();
    inference.stop();
    expect(worker().killed).toBe(true);
    expect(await answer).toBe('request.cancelled');
    expect(await ask('b')).toBe('request.cancelled');
    expect(workers).toHaveLength(1);
  });
});
