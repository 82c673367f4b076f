import { expect, it } from 'vitest';
import { lastWords } from './last-words.ts';

it('say where it happened, and nothing of the file', () => {
  const words = lastWords(new TypeError('cannot read "Doe^Jane.dcm"\nof Jane Doe'));
  expect(words).toMatch(/^TypeError\n\s+at .*last-words\.test/);
  expect(words).not.toMatch(/jane|doe/i);
  expect(lastWords('Jane Doe')).toBe('Error');
});
