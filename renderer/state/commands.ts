/** Every command of the app in one table: what keys, buttons and the menu do, and what the help says, are the same list. */
import type { Events } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { IconName } from '../components/icons.ts';
import { numberedPresets, presetsOf } from '../viewport/presets.ts';
import type { AppState } from './app-state.ts';
import type { Subject } from './measurements.svelte.ts';
import type { Link } from './panes.svelte.ts';
import type { Tool } from './preferences.svelte.ts';
import { finishSave } from './save-result.ts';

type Group = 'file' | 'image' | 'window' | 'measure' | 'series' | 'panes' | 'prediction' | 'help';

export interface Command {
  /** As `KeyboardEvent.key`, with 'Ctrl+' (Command on a Mac), 'Shift+' or 'Alt+' before it where needed. */
  keys: readonly string[];
  group: Group;
  /** Of its button, where it has one. */
  icon?: IconName;
  run: (app: AppState) => unknown;
  /** Whether it can do anything now; left out: always. */
  enabled?: (app: AppState) => boolean;
  /** Whether what it switches is on; left out: it switches nothing. */
  pressed?: (app: AppState) => boolean;
}

/** Does something with what is drawn on the active pane's frame. */
const onSubject =
  (act: (app: AppState, subject: Subject) => unknown) =>
  (app: AppState): unknown => {
    const { subject } = app.panes.active;
    return subject && act(app, subject);
  };

const OPACITY_STEP = 0.1;

const showsImage = ({ panes }: AppState): boolean => panes.active.display.shown !== null;

const tool = (name: Tool, key: string, group: Group = 'image', icon = name as IconName): Command => ({
  keys: [key],
  group,
  icon,
  run: ({ preferences }) => preferences.useTool(name),
  pressed: ({ preferences }) => preferences.tool === name,
});

const link = (name: Link, key: string, icon: IconName): Command => ({
  keys: [key],
  group: 'panes',
  icon,
  run: ({ panes }) => panes.toggleLink(name),
  enabled: ({ panes }) => panes.all.length > 1,
  pressed: ({ panes }) => panes.isLinked(name),
});

/** The presets of the shown image, by number. */
function presetCommands() {
  const preset = (number: number): Command => ({
    keys: [String(number)],
    group: 'window',
    run: ({ panes: { active }, texts }) => {
      const { shown } = active.display;
      if (shown?.frameData.colour !== 'grayscale') return;
      const presets = presetsOf(shown.frameData, active.selection.image?.header?.modality ?? '', texts);
      const chosen = numberedPresets(presets)[number - 1];
      if (chosen) active.view.setVoi(chosen.voi);
    },
    enabled: showsImage,
  });
  return {
    preset1: preset(1),
    preset2: preset(2),
    preset3: preset(3),
    preset4: preset(4),
    preset5: preset(5),
    preset6: preset(6),
    preset7: preset(7),
    preset8: preset(8),
    preset9: preset(9),
  };
}

/** In the order of the help. */
export const COMMANDS = {
  openFiles: {
    keys: ['Ctrl+o'],
    group: 'file',
    icon: 'file',
    run: ({ files }) => files.openDialog('files'),
  },
  openFolder: {
    keys: ['Ctrl+Shift+o'],
    group: 'file',
    icon: 'folder',
    run: ({ files }) => files.openDialog('folder'),
  },
  saveReport: {
    keys: ['Ctrl+s'],
    group: 'file',
    icon: 'report',
    run: ({ panes, report, toasts }) =>
      toasts.attempt(async () => {
        const pane = panes.active;
        const saved = await pane.withCurrent(() => report.save(pane));
        if (saved) toasts.show('success', saved);
      }),
    // Also of an answer that is held back: the report says so, and why.
    enabled: ({ panes, report }) => panes.active.prediction !== null && !report.saving,
  },
  classifyAll: {
    keys: ['Ctrl+Enter'],
    group: 'file',
    icon: 'classify',
    run: ({ batch, studies, toasts }) =>
      toasts.attempt(() => batch.classify(studies.series.flatMap(({ imageIds }) => imageIds))),
    enabled: ({ studies }) => !studies.isEmpty,
  },

  windowTool: tool('window', 'w'),
  panTool: tool('pan', 'p'),
  zoomTool: tool('zoom', 'z'),
  fit: {
    keys: ['f'],
    group: 'image',
    icon: 'fit',
    run: ({ panes }) => panes.active.view.fit(),
    enabled: showsImage,
  },
  actualSize: {
    keys: ['0'],
    group: 'image',
    run: ({ panes }) => panes.active.view.actualSize(),
    enabled: showsImage,
  },
  reset: {
    keys: ['r'],
    group: 'image',
    icon: 'reset',
    run: ({ panes }) => panes.active.view.reset(),
    enabled: showsImage,
  },
  rotate: {
    keys: ['.'],
    group: 'image',
    icon: 'rotate',
    run: ({ panes }) => panes.active.view.rotate(),
    enabled: showsImage,
  },
  flipHorizontal: {
    keys: ['h'],
    group: 'image',
    icon: 'flipHorizontal',
    run: ({ panes }) => panes.active.view.flip('horizontal'),
    enabled: showsImage,
  },
  flipVertical: {
    keys: ['v'],
    group: 'image',
    icon: 'flipVertical',
    run: ({ panes }) => panes.active.view.flip('vertical'),
    enabled: showsImage,
  },
  smooth: {
    keys: ['s'],
    group: 'image',
    run: ({ preferences }) => preferences.toggleSmooth(),
    pressed: ({ preferences }) => preferences.smooth,
  },
  annotations: {
    keys: ['t'],
    group: 'image',
    icon: 'text',
    run: ({ preferences }) => preferences.toggleAnnotations(),
    pressed: ({ preferences }) => preferences.annotations,
  },
  names: {
    keys: ['x'],
    group: 'image',
    icon: 'eye',
    run: ({ preferences }) => preferences.toggleNames(),
    pressed: ({ preferences }) => preferences.names,
  },

  invert: {
    keys: ['i'],
    group: 'window',
    icon: 'invert',
    run: ({ panes }) => panes.active.view.toggleInvert(),
    enabled: showsImage,
    pressed: ({ panes }) => panes.active.view.inverted,
  },
  ...presetCommands(),
  sigmoid: {
    keys: [';'],
    group: 'window',
    run: ({ panes }) => panes.active.toggleSigmoid(),
    enabled: showsImage,
    pressed: ({ panes }) => panes.active.voi?.kind === 'window' && panes.active.voi.function === 'SIGMOID',
  },
  defaultWindow: {
    keys: ['d'],
    group: 'window',
    run: ({ panes }) => panes.active.view.setVoi(null),
  },

  lengthTool: tool('length', 'm', 'measure'),
  angleTool: tool('angle', 'a', 'measure'),
  cobbTool: tool('cobb', 'b', 'measure'),
  ellipseTool: tool('ellipse', 'e', 'measure'),
  rectangleTool: tool('rectangle', 'q', 'measure'),
  freehandTool: tool('freehand', 'y', 'measure'),
  probeTool: tool('probe', 'u', 'measure'),
  arrowTool: tool('arrow', 'j', 'measure'),
  textTool: tool('text', 'g', 'measure', 'words'),
  keyImage: {
    keys: ['k'],
    group: 'measure',
    icon: 'key',
    run: onSubject(({ measurements }, subject) => measurements.toggleKey(subject)),
    enabled: showsImage,
    pressed: ({ measurements, panes: { active } }) => active.subject !== null && measurements.isKey(active.subject),
  },
  undo: {
    keys: ['Ctrl+z'],
    group: 'measure',
    icon: 'undo',
    run: onSubject(({ measurements }, { image }) => measurements.undo(image)),
    enabled: ({ measurements, panes: { active } }) =>
      active.subject !== null && measurements.canUndo(active.subject.image),
  },
  redo: {
    keys: ['Ctrl+Shift+z', 'Ctrl+y'],
    group: 'measure',
    icon: 'redo',
    run: onSubject(({ measurements }, { image }) => measurements.redo(image)),
    enabled: ({ measurements, panes: { active } }) =>
      active.subject !== null && measurements.canRedo(active.subject.image),
  },
  deleteMeasurement: {
    keys: ['Delete'],
    group: 'measure',
    run: onSubject(({ measurements }, subject) => {
      const chosen = measurements.of(subject).find(({ id }) => id === measurements.selectedId);
      if (chosen) measurements.delete(chosen);
    }),
  },
  exportMeasurements: {
    keys: ['Ctrl+e'],
    group: 'measure',
    icon: 'export',
    run: ({ client, preferences, texts, toasts }) =>
      toasts.attempt(async () => {
        const result = await client.invoke('measurements.export', { names: preferences.names });
        const saved = finishSave(result, texts);
        if (saved) toasts.show('success', saved);
      }),
    enabled: ({ studies }) => !studies.isEmpty,
  },

  next: {
    keys: ['ArrowDown', 'PageDown'],
    group: 'series',
    run: ({ panes }) => panes.active.step(1),
  },
  previous: {
    keys: ['ArrowUp', 'PageUp'],
    group: 'series',
    run: ({ panes }) => panes.active.step(-1),
  },
  first: { keys: ['Home'], group: 'series', run: ({ panes }) => panes.active.goTo(0) },
  last: {
    keys: ['End'],
    group: 'series',
    run: ({ panes }) => panes.active.goTo(Number.MAX_SAFE_INTEGER),
  },
  nextSeries: {
    keys: ['ArrowRight'],
    group: 'series',
    run: ({ panes }) => panes.active.stepSeries(1),
  },
  previousSeries: {
    keys: ['ArrowLeft'],
    group: 'series',
    run: ({ panes }) => panes.active.stepSeries(-1),
  },
  play: {
    keys: ['c'],
    group: 'series',
    icon: 'play',
    run: ({ panes }) => panes.active.cine.toggle(),
    enabled: ({ panes }) => panes.active.cine.possible,
  },

  twoPanes: {
    keys: ['l'],
    group: 'panes',
    icon: 'twoPanes',
    run: ({ panes }) => panes.arrange(panes.layout === '1x1' ? '1x2' : '1x1'),
    pressed: ({ panes }) => panes.layout === '1x2',
  },

  maximise: {
    keys: ['Shift+Enter'],
    group: 'panes',
    icon: 'maximise',
    run: ({ panes }) => panes.toggleMaximised(panes.active),
    enabled: ({ panes }) => panes.all.length > 1,
    pressed: ({ panes }) => panes.seen.length < panes.all.length,
  },
  linkScroll: link('scroll', 'Alt+s', 'linkScroll'),
  linkWindow: link('window', 'Alt+w', 'linkWindow'),
  linkZoom: link('zoom', 'Alt+z', 'linkZoom'),
  referenceLines: {
    keys: ['Alt+r'],
    group: 'panes',
    run: ({ preferences }) => preferences.toggleReferenceLines(),
    pressed: ({ preferences }) => preferences.referenceLines,
  },
  besideMap: {
    keys: ['Alt+o'],
    group: 'panes',
    run: ({ panes }) => panes.besideMap(),
    enabled: showsImage,
  },
  compare: {
    keys: ['Alt+c'],
    group: 'panes',
    run: ({ panes, texts, toasts }) => {
      if (!panes.compare()) toasts.show('info', texts.t('window:panes.no-prior'));
    },
    enabled: showsImage,
  },

  heatMap: {
    keys: ['o'],
    group: 'prediction',
    run: ({ panes }) => panes.active.overlay.toggle(),
  },
  fainter: {
    keys: ['['],
    group: 'prediction',
    run: ({ panes: { active } }) => active.overlay.setOpacity(active.overlay.opacity - OPACITY_STEP),
  },
  stronger: {
    keys: [']'],
    group: 'prediction',
    run: ({ panes: { active } }) => active.overlay.setOpacity(active.overlay.opacity + OPACITY_STEP),
  },
  region: {
    keys: ['n'],
    group: 'prediction',
    run: ({ panes }) => panes.active.overlay.toggleRegion(),
  },

  help: {
    keys: ['?'],
    group: 'help',
    icon: 'help',
    run: ({ dialogs }) => dialogs.show({ name: 'help' }),
  },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof COMMANDS;

export const COMMAND_IDS = Object.keys(COMMANDS) as CommandId[];

/** Every command, with the optional parts of all. */
export const commandOf = (id: CommandId): Command => COMMANDS[id];

const BY_KEY = new Map(
  Object.values<Command>(COMMANDS).flatMap((command) => command.keys.map((keys) => [keys, command] as const)),
);

const MENU: Record<Events['command']['name'], (app: AppState) => unknown> = {
  'open-files': COMMANDS.openFiles.run,
  'open-folder': COMMANDS.openFolder.run,
  'save-report': COMMANDS.saveReport.run,
  'classify-all': COMMANDS.classifyAll.run,
  about: ({ dialogs }) => dialogs.show({ name: 'about' }),
};

/** Does what the menu of the desktop asks for. */
export function runMenuCommand(app: AppState, name: Events['command']['name']): void {
  MENU[name](app);
}

const CAPS: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→' };

/** What stands on the keys of a combination: 'Ctrl+o' -> ['Ctrl', 'O'], on a Mac ['⌘', 'O']. */
export function keyCaps(keys: string, platform: string): string[] {
  return keys.split('+').map((key) => {
    if (key === 'Ctrl' && platform === 'darwin') return '⌘';
    return CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  });
}

/** What a command does, in the words of its button and of the help. */
export const labelOf = (id: CommandId, texts: Texts): string => texts.t(`window:command/${id}`);

/** Label and first key, for the title of a button: 'Open files (Ctrl+O)'. */
export function commandTitle(label: string, { keys }: Command, platform: string): string {
  return keys[0] === undefined ? label : `${label} (${keyCaps(keys[0], platform).join('+')})`;
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The command of a key press. Shift counts only with Ctrl and with keys that make no
 * character: elsewhere it is part of the character, by layout. */
export function commandOfKey(event: KeyPress): Command | undefined {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (command || key.length > 1);
  const modifiers = [command && 'Ctrl', event.altKey && 'Alt', shift && 'Shift'].filter(Boolean);
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
