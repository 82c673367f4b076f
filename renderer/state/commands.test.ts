import { expect, it } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { commandOfKey, commandTitle, COMMANDS, keyCaps, labelOf, type Command } from './commands.ts';

const press = (key: string, changes: Partial<Parameters<typeof commandOfKey>[0]> = {}) =>
  commandOfKey({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...changes });

it('gives every key one meaning', () => {
  const keys = Object.values<Command>(COMMANDS).flatMap((command) => command.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

it('finds keys with and without modifiers, on a Mac, and where Shift makes the character', () => {
  expect(press('o')).toBe(COMMANDS.heatMap);
  expect(press('o', { ctrlKey: true })).toBe(COMMANDS.openFiles);
  expect(press('O', { metaKey: true, shiftKey: true })).toBe(COMMANDS.openFolder);
  expect(press('?', { shiftKey: true })).toBe(COMMANDS.help);
  expect(press('W', { shiftKey: true })).toBe(COMMANDS.windowTool);
  expect(press('q', { altKey: true })).toBeUndefined();
  expect(press('Enter', { shiftKey: true })).toBe(COMMANDS.maximise);
});

it('names keys as they are printed on them', () => {
  expect(commandTitle(labelOf('openFolder', english), COMMANDS.openFolder, 'linux')).toBe(
    'Open a folder (Ctrl+Shift+O)',
  );
  expect(commandTitle(labelOf('openFiles', english), COMMANDS.openFiles, 'darwin')).toBe('Open files (⌘+O)');
  expect(keyCaps('ArrowDown', 'linux')).toEqual(['↓']);
});
