import { describe, expect, it } from 'vitest';
import { studyListOf } from '../testing/samples.ts';
import { Newcomers } from './newcomers.ts';

const open = { one: ['a', 'b'] };

describe('newcomers', () => {
  it('show the first readable image of what was opened, once', () => {
    const newcomers = new Newcomers();
    expect(newcomers.take({ ...studyListOf(open), pending: 1 })).toBe('a');
    expect(newcomers.take(studyListOf({ one: ['a', 'b', 'c'] }))).toBeNull();
    expect(newcomers.take(studyListOf({ ...open, two: ['x!', 'y'] }))).toBe('y');
    expect(newcomers.take(studyListOf({ ...open, two: ['x!', 'y'] }))).toBeNull();
  });

  it('wait for a header, and do not take the reader away a second time', () => {
    const newcomers = new Newcomers();
    newcomers.take(studyListOf(open));
    const unread = studyListOf(open);
    unread.images['c'] = { id: 'c', name: 'c.dcm', header: null, error: null };
    expect(newcomers.take({ ...unread, pending: 1 })).toBeNull();
    expect(newcomers.take({ ...studyListOf({ ...open, two: ['c'] }), pending: 5 })).toBe('c');
    expect(newcomers.take(studyListOf({ ...open, two: ['c', 'd', 'e'] }))).toBeNull();
  });

  it('show what was opened while something else is still being read', () => {
    const newcomers = new Newcomers();
    expect(newcomers.take({ ...studyListOf(open), pending: 7 })).toBe('a');
    newcomers.expect();
    expect(newcomers.take({ ...studyListOf(open), pending: 5 })).toBeNull();
    expect(newcomers.take({ ...studyListOf({ ...open, two: ['c'] }), pending: 3 })).toBe('c');
  });

  it('show the error where nothing could be read', () => {
    const newcomers = new Newcomers();
    newcomers.take(studyListOf(open));
    expect(newcomers.take(studyListOf({ ...open, two: ['x!'] }))).toBe('x!');
  });

  it('leave the reader alone when something closes and comes back', () => {
    const newcomers = new Newcomers();
    newcomers.take(studyListOf(open));
    expect(newcomers.take(studyListOf({ one: ['a'] }))).toBeNull();
    expect(newcomers.take(studyListOf(open))).toBeNull();
  });
});
