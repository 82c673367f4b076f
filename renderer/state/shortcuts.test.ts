import { expect, it } from 'vitest';
import { shortcutOf, SHORTCUTS } from './shortcuts.ts';

const press = (key: string, changes: Partial<Parameters<typeof shortcutOf>[0]> = {}) =>
  shortcutOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...changes })?.label;

it('gives every key one meaning', () => {
  const keys = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

it('finds keys with and without modifiers, on a Mac, and where Shift makes the character', () => {
  expect(press('o')).toBe('Heat map on or off');
  expect(press('o', { ctrlKey: true })).toBe('Open files');
  expect(press('O', { metaKey: true, shiftKey: true })).toBe('Open a folder');
  expect(press('?', { shiftKey: true })).toBe('This list');
  expect(press('W', { shiftKey: true })).toBe('Tool: window and level');
  expect(press('w', { altKey: true })).toBeUndefined();
});
