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

  it.each([
    ['spaces in a heading', (n: number) => `# a${' '.repeat(n)}b`],
    ['marks in a heading', (n: number) => `# ${'#'.repeat(n)}a`],
    ['spaces in an item', (n: number) => `-${' '.repeat(n)}\r`],
    ['spaces before nothing', (n: number) => `${' '.repeat(n)}x`],
    ['a table rule that is none', (n: number) => `|a|\n|${'-'.repeat(n)}x`],
    ['open brackets', (n: number) => '['.repeat(n)],
    ['brackets without an address', (n: number) => '[]('.repeat(n / 3)],
    ['stars', (n: number) => '*a '.repeat(n / 3)],
    ['pairs of stars', (n: number) => '**a* '.repeat(n / 5)],
    ['ticks', (n: number) => '``'.repeat(n / 2)],
  ])('takes no more time than its length: %s', (_, card) => {
    const started = performance.now();
    parseMarkdown(card(400_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('loses nothing that a card says, whatever its marks', () => {
    const marks = fc.constantFrom('#', ' ', '\n', '-', '|', '`', '*', '.', '[', '](', ')');
    const letters = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    fc.assert(
      fc.property(fc.array(fc.oneof(marks, letters), { maxLength: 60 }), (parts) => {
        const card = parts.join('');
        const said = JSON.stringify(parseMarkdown(card)).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? [];
        const texts = said.map((pair) => pair.slice('"text":'.length)).join('');
        // What follows the mark of a code block on its line names a language.
        const expected = card.split('\n').filter((line) => !line.startsWith('```'));
        for (const letter of expected.join('').match(/[a-h]/g) ?? []) expect(texts).toContain(letter);
      }),
      { numRuns: 500 },
    );
  });
});
