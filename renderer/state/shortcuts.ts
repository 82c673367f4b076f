/** Every key of the app, in one table: what the handler does and what the help says are the same list. */
import type { Services } from './services.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key`, with 'Ctrl+' (Command on a Mac), 'Shift+' or 'Alt+' before it where needed. */
  keys: readonly string[];
  group: 'File' | 'Image' | 'Window and colour' | 'Series and frames' | 'Prediction' | 'Help';
  label: string;
  run: (services: Services) => unknown;
}

const OPACITY_STEP = 0.1;

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Ctrl+o'], group: 'File', label: 'Open files', run: ({ actions }) => actions.openDialog('files') },
  { keys: ['Ctrl+Shift+o'], group: 'File', label: 'Open a folder', run: ({ actions }) => actions.openDialog('folder') },
  { keys: ['Ctrl+s'], group: 'File', label: 'Save the report', run: ({ actions }) => actions.saveReport() },
  { keys: ['Ctrl+Enter'], group: 'File', label: 'Classify all', run: ({ actions }) => actions.classifyAll() },

  { keys: ['w'], group: 'Image', label: 'Tool: window and level', run: ({ view }) => view.useTool('window') },
  { keys: ['p'], group: 'Image', label: 'Tool: pan', run: ({ view }) => view.useTool('pan') },
  { keys: ['z'], group: 'Image', label: 'Tool: zoom', run: ({ view }) => view.useTool('zoom') },
  { keys: ['f'], group: 'Image', label: 'Fit to the viewport', run: ({ view }) => view.fit() },
  { keys: ['1'], group: 'Image', label: 'One image pixel per screen pixel', run: ({ view }) => view.actualSize() },
  { keys: ['r'], group: 'Image', label: 'Reset the view', run: ({ view }) => view.reset() },
  { keys: ['.'], group: 'Image', label: 'Rotate clockwise', run: ({ view }) => view.rotate() },
  { keys: ['h'], group: 'Image', label: 'Flip left to right', run: ({ view }) => view.flip('horizontal') },
  { keys: ['v'], group: 'Image', label: 'Flip top to bottom', run: ({ view }) => view.flip('vertical') },
  { keys: ['t'], group: 'Image', label: 'Texts on or off', run: ({ view }) => view.toggleTexts() },
  { keys: ['x'], group: 'Image', label: 'Patient name on or off', run: ({ view }) => view.toggleNames() },

  { keys: ['i'], group: 'Window and colour', label: 'Invert', run: ({ view }) => view.toggleInvert() },
  { keys: ['d'], group: 'Window and colour', label: 'Window as the file asks', run: ({ view }) => view.setVoi(null) },

  {
    keys: ['ArrowDown', 'PageDown'],
    group: 'Series and frames',
    label: 'Next',
    run: ({ selection }) => selection.step(1),
  },
  {
    keys: ['ArrowUp', 'PageUp'],
    group: 'Series and frames',
    label: 'Previous',
    run: ({ selection }) => selection.step(-1),
  },
  { keys: ['Home'], group: 'Series and frames', label: 'First', run: ({ selection }) => selection.goTo(0) },
  {
    keys: ['End'],
    group: 'Series and frames',
    label: 'Last',
    run: ({ selection }) => selection.goTo(Number.MAX_SAFE_INTEGER),
  },
  {
    keys: ['ArrowRight'],
    group: 'Series and frames',
    label: 'Next series',
    run: ({ selection }) => selection.stepSeries(1),
  },
  {
    keys: ['ArrowLeft'],
    group: 'Series and frames',
    label: 'Previous series',
    run: ({ selection }) => selection.stepSeries(-1),
  },
  { keys: ['c'], group: 'Series and frames', label: 'Play or stop', run: ({ cine }) => cine.toggle() },

  { keys: ['o'], group: 'Prediction', label: 'Heat map on or off', run: ({ overlay }) => overlay.toggle() },
  {
    keys: ['['],
    group: 'Prediction',
    label: 'Heat map fainter',
    run: ({ overlay }) => overlay.setOpacity(overlay.opacity - OPACITY_STEP),
  },
  {
    keys: [']'],
    group: 'Prediction',
    label: 'Heat map stronger',
    run: ({ overlay }) => overlay.setOpacity(overlay.opacity + OPACITY_STEP),
  },
  {
    keys: ['n'],
    group: 'Prediction',
    label: 'Outline of what the network saw',
    run: ({ overlay }) => overlay.toggleRegion(),
  },

  { keys: ['?'], group: 'Help', label: 'This list', run: ({ dialogs }) => dialogs.show({ name: 'help' }) },
];

const BY_KEY = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.keys.map((keys) => [keys, shortcut] as const)));

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The shortcut of a key press. Shift counts only with Ctrl: on other layouts it is part of the character. */
export function shortcutOf(event: KeyPress): Shortcut | undefined {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const modifiers = [command && 'Ctrl', event.altKey && 'Alt', event.shiftKey && command && 'Shift'].filter(Boolean);
  return BY_KEY.get([...modifiers, key].join('+'));
}

const TYPING = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]';
/** Elements that use the arrows and other keys that move for themselves. */
const MOVING =
  'input[type=range], [role=tree], [role=grid], [role=listbox], [role=radiogroup], [role=menu], [role=separator], [role=tablist]';
const MOVES = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown']);

/** Whether the element that has the focus needs the key for itself. */
export function keepsKey(target: EventTarget | null, event: KeyPress): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog')) return true;
  if (event.ctrlKey || event.metaKey) return false;
  return target.closest(TYPING) !== null || (MOVES.has(event.key) && target.closest(MOVING) !== null);
}
