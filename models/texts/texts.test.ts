import { describe, expect, it } from 'vitest';
import { fromErrorValue, HifuseError, toErrorValue, type ErrorCode } from '../errors.ts';
import { warning } from '../warnings.ts';
import { en } from './en/index.ts';
import { english as texts } from './texts.ts';

describe('errors', () => {
  it('become sentences from their code, reason and details', () => {
    const error = new HifuseError('internal', { reason: 'foreign', message: 'out of luck' });
    expect(toErrorValue(error)).toEqual({ code: 'internal', details: { reason: 'foreign', message: 'out of luck' } });
    expect(texts.error(toErrorValue(error))).toBe('Something unexpected went wrong: out of luck');
    expect(error.message).toBe('Something unexpected went wrong: out of luck');
  });

  it('have their code alone where its sentence is complete', () => {
    expect(toErrorValue(new HifuseError('request.cancelled'))).toEqual({ code: 'request.cancelled' });
    expect(texts.error({ code: 'request.cancelled' })).toBe('Cancelled.');
  });

  it('fall back to the sentence of the code where a reason is unknown, as in results of a later version', () => {
    expect(texts.error({ code: 'request.cancelled', details: { reason: 'later' } })).toBe('Cancelled.');
  });

  it('cross a border and come back', () => {
    const cause = new HifuseError('request.cancelled');
    const error = new HifuseError('internal', { reason: 'foreign', message: 'x' }, { cause });
    const back = fromErrorValue(structuredClone(toErrorValue(error)));
    expect(toErrorValue(back)).toEqual(toErrorValue(error));
    expect(toErrorValue(error).cause).toEqual({ code: 'request.cancelled' });
    expect(back.message).toBe(error.message);
  });

  it('hold a foreign error as one bounded line', () => {
    const { code, details } = toErrorValue(new Error(`first ${'x'.repeat(15_000_000)}\nsecond`));
    expect(code).toBe('internal');
    expect(String(details!['message'])).toMatch(/^first x+…x+$/);
    expect(String(details!['message'])).toHaveLength(500);
  });

  it('hold nothing that steers a terminal or turns the order of letters', () => {
    const error = new HifuseError('internal', { reason: 'foreign', message: 'a\u001b[2Jb\r\nc\u202ed' });
    expect(error.details).toEqual({ reason: 'foreign', message: 'a [2Jb c d' });
  });

  it('take text of others as text, whatever it holds', () => {
    const message = '{{file}} $t(errors:internal) <b>&</b>';
    expect(new HifuseError('internal', { reason: 'foreign', message }).message).toBe(
      `Something unexpected went wrong: ${message}`,
    );
  });

  it('are found missing or incomplete by the compiler', () => {
    const wrong = [
      // @ts-expect-error no such code
      () => new HifuseError('internal.misspelt'),
      // @ts-expect-error no such reason
      () => new HifuseError('internal', { reason: 'misspelt' }),
      // @ts-expect-error the sentence needs a message
      () => new HifuseError('internal', { reason: 'foreign' }),
      // @ts-expect-error nothing is filled in there
      () => new HifuseError('request.cancelled', { file: 'a.png' }),
      // @ts-expect-error the sentence needs a number
      () => warning('dicom.bytes-missing', { count: 'three' }),
      // @ts-expect-error the sentence needs a number
      () => warning('dicom.bytes-missing'),
    ];
    expect(wrong).toHaveLength(6);
  });
});

describe('warnings', () => {
  it('count in the singular and the plural, in the notation of the language', () => {
    expect(texts.warning(warning('dicom.bytes-missing', { count: 1 }))).toBe(
      'The file has one byte fewer than its image needs.',
    );
    expect(texts.warning(warning('dicom.bytes-missing', { count: 20_000 }))).toBe(
      'The file has 20,000 bytes fewer than its image needs.',
    );
  });
});

describe('the catalogue', () => {
  it('has a sentence for every code by itself', () => {
    const codes = Object.keys(en.errors).map((key) => key.replace(/\/.*/, '').replace(/_(one|other)$/, ''));
    for (const code of codes) expect(texts.error({ code: code as ErrorCode }), code).not.toContain(code);
  });
});
