import { expect, it } from 'vitest';
import { personName } from './person-name.ts';

it('names are shown in all their forms', () => {
  expect(personName('Yamada^Tarou=山田^太郎=やまだ^たろう')).toBe('Yamada, Tarou (山田, 太郎; やまだ, たろう)');
  expect(personName('Doe^Jane^Q^Dr')).toBe('Doe, Jane Q');
  expect(personName('=山田^太郎')).toBe('山田, 太郎');
  expect([personName('Phantom'), personName('')]).toEqual(['Phantom', '']);
});
