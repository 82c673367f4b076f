import { describe, expect, it, vi } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

const lru = () => new AnswerCache<string>(10, (value) => value.length);
const give = (value: string) => () => Promise.resolve(value);
const never = () => Promise.reject(new Error('made anew'));

describe('AnswerCache', () => {
  it('makes an answer once, also where two ask at the same time', async () => {
    const cache = lru();
    const make = vi.fn(give('abc'));
    expect(await Promise.all([cache.get(['a'], make), cache.get(['a'], make)])).toEqual(['abc', 'abc']);
    expect(make).toHaveBeenCalledTimes(1);
    expect(cache.bytes).toBe(3);
  });

  it('forgets what was used longest ago', async () => {
    const cache = lru();
    await cache.get(['a'], give('aaaa'));
    await cache.get(['b'], give('bbbb'));
    await cache.get(['a'], never);
    await cache.get(['c'], give('cccc'));
    expect(cache.bytes).toBe(8);
    expect(await cache.get(['a'], never)).toBe('aaaa');
    await expect(cache.get(['b'], never)).rejects.toThrow('made anew');
  });

  it('does not keep what is heavier than the limit', async () => {
    const cache = lru();
    expect(await cache.get(['a'], give('x'.repeat(11)))).toHaveLength(11);
    expect(cache.bytes).toBe(0);
  });

  it('forgets failures', async () => {
    const cache = lru();
    await expect(cache.get(['a'], never)).rejects.toThrow();
    expect(await cache.get(['a'], give('ok'))).toBe('ok');
  });

  it('does not count an answer that came after its image was closed', async () => {
    const cache = lru();
    let finish!: (value: string) => void;
    const answer = cache.get(['a'], () => new Promise((resolve) => (finish = resolve)));
    cache.forget(['a']);
    finish('abc');
    expect(await answer).toBe('abc');
    expect(cache.bytes).toBe(0);
  });

  it('lets go of all answers about an image, and of no other', async () => {
    const cache = lru();
    await cache.get(['a', 1], give('x'));
    await cache.get(['a', 2], give('y'));
    await cache.get(['ab', 1], give('z'));
    cache.forget(['a']);
    expect(cache.bytes).toBe(1);
    expect(cache.find(() => true)).toBe('z');
  });

  it('stops making an answer when all who asked gave up, not before', async () => {
    const cache = lru();
    const make = vi.fn((signal: AbortSignal) => new Promise<string>((resolve) => void (finish = { resolve, signal })));
    let finish!: { resolve: (value: string) => void; signal: AbortSignal };
    const [one, two] = [new AbortController(), new AbortController()];
    const answers = [one, two].map(({ signal }) =>
      cache.get(['a'], make, signal).catch((error: { code: string }) => error.code),
    );
    one.abort();
    expect(await answers[0]).toBe('request.cancelled');
    expect(finish.signal.aborted).toBe(false);
    two.abort();
    expect(await answers[1]).toBe('request.cancelled');
    expect(finish.signal.aborted).toBe(true);
    expect(await cache.get(['a'], give('new'), new AbortController().signal)).toBe('new');
    await expect(cache.get(['b'], never, AbortSignal.abort())).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('gives an answer to who still waits, where another gave up', async () => {
    const cache = lru();
    let finish!: (value: string) => void;
    const make = () => new Promise<string>((resolve) => (finish = resolve));
    const gone = new AbortController();
    const [given, lost] = [cache.get(['a'], make), cache.get(['a'], make, gone.signal)];
    gone.abort();
    await expect(lost).rejects.toMatchObject({ code: 'request.cancelled' });
    finish('abc');
    expect(await given).toBe('abc');
    expect(cache.bytes).toBe(3);
  });
});
