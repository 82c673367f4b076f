import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInlines, parseMarkdown } from './markdown.ts';

const text = (value: string) => ({ kind: 'text', text: value });

describe('markdown', () => {
  it('reads what model cards are made of', () => {
    const card =
      '# Title\n\nOne\ntwo **bold**.\n\n- a\n  more\n- b\n\n1. x\n\n| n | v |\n| --- | --: |\n| acc | 0.9 |\n\n```\n<b>\n```\n';
    expect(parseMarkdown(card)).toEqual([
      { kind: 'heading', level: 1, inlines: [text('Title')] },
      { kind: 'paragraph', inlines: [text('One two '), { kind: 'strong', text: 'bold' }, text('.')] },
      { kind: 'list', ordered: false, items: [[text('a more')], [text('b')]] },
      { kind: 'list', ordered: true, items: [[text('x')]] },
      { kind: 'table', head: [[text('n')], [text('v')]], rows: [[[text('acc')], [text('0.9')]]] },
      { kind: 'code', text: '<b>' },
    ]);
  });

  it('keeps HTML as text and turns links into text', () => {
    expect(parseInlines('<img src=x onerror=alert(1)>')).toEqual([text('<img src=x onerror=alert(1)>')]);
    expect(parseInlines('see [here](javascript:alert)')).toEqual([text('see '), text('here (javascript:alert)')]);
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('#', ' ', '\n', '-', '|', '`', '*', 'a', '1', '.', '[', '](', ')') }),
        (card) => {
          expect(Array.isArray(parseMarkdown(card))).toBe(true);
        },
      ),
    );
  });
});
