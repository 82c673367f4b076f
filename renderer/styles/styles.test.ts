import { expect, it } from 'vitest';

const files: Record<string, string> = import.meta.glob(['../**/*.svelte', './*.css', '!./tokens.css'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** What a style sheet or the style block of a component says. */
const styleOf = (name: string, text: string): string =>
  name.endsWith('.css') ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '');

it('takes colours and sizes of type and space from the tokens, so that a theme can change them', () => {
  const literal = /#[0-9a-f]{3,8}\b|\brgba?\(|font(?:-size)?: \d|(?:padding|margin|gap)[a-z-]*: [^;]*\b(?!1px)\d+px/gi;
  const found = Object.entries(files).flatMap(([name, text]) =>
    [...styleOf(name, text).matchAll(literal)].map(([what]) => `${name}: ${what}`),
  );
  expect(Object.keys(files).length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});
