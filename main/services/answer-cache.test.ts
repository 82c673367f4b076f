import { describe, expect, it, vi } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

const lru = () => new AnswerCache<string>(10, (value) => value.length);
const give = (value: string) => () => Promise.resolve(value);
const never = () => Promise.reject(new Error('made anew'));

describe('AnswerCache', () => {
  it('makes an answer once, also where two ask at the same time', async () => {
    const cache = lru();
    const make = vi.fn(give('abc'));
    expect(await Promise.all([cache.get('a', make), cache.get('a', make)])).toEqual(['abc', 'abc']);
    expect(make).toHaveBeenCalledTimes(1);
    expect(cache.bytes).toBe(3);
  });

  it('forgets what was used longest ago', async () => {
    const cache = lru();
    await cache.get('a', give('aaaa'));
    await cache.get('b', give('bbbb'));
    await cache.get('a', never);
    await cache.get('c', give('cccc'));
    expect(cache.bytes).toBe(8);
    expect(await cache.get('a', never)).toBe('aaaa');
    await expect(cache.get('b', never)).rejects.toThrow('made anew');
  });

  it('does not keep what is heavier than the limit', async () => {
    const cache = lru();
    expect(await cache.get('a', give('x'.repeat(11)))).toHaveLength(11);
    expect(cache.bytes).toBe(0);
  });

  it('forgets failures', async () => {
    const cache = lru();
    await expect(cache.get('a', never)).rejects.toThrow();
    expect(await cache.get('a', give('ok'))).toBe('ok');
  });

  it('does not count an answer that came after it was deleted', async () => {
    const cache = lru();
    let finish!: (value: string) => void;
    const answer = cache.get('a', () => new Promise((resolve) => (finish = resolve)));
    cache.deleteWhere((key) => key === 'a');
    finish('abc');
    expect(await answer).toBe('abc');
    expect(cache.bytes).toBe(0);
  });
});
