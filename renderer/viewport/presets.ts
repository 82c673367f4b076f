import type { Frame, Voi } from '../../models/imaging/frame.ts';
import { describeVoi, isValidVoi, windowOf } from '../../models/imaging/voi.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { WINDOW_PRESETS } from '../../models/imaging/window-presets.ts';

export interface Preset {
  id: string;
  group: 'file' | 'pixels' | 'named';
  label: string;
  /** null: the default of the file. */
  voi: Voi | null;
}

/** All windows that the menu offers for a grayscale frame. */
export function presetsOf(frame: Frame, modality: string, texts: Texts): Preset[] {
  const { slope, intercept } = frame.rescale;
  const [a, b] = [frame.minimum * slope + intercept, frame.maximum * slope + intercept];
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const full = windowOf((low + high + 1) / 2, Math.max(1, high - low + 1), 'full range');
  const fromFile = frame.voi.filter(isValidVoi).map((voi, index): Preset => {
    return { id: `file-${index}`, group: 'file', label: describeVoi(voi), voi: index === 0 ? null : voi };
  });
  const fromPixels: Preset[] = [
    {
      id: 'automatic',
      group: 'pixels',
      label: texts.t('window:tools.automatic'),
      voi: fromFile.length > 0 ? frame.automaticWindow : null,
    },
    {
      id: 'full',
      group: 'pixels',
      label: texts.t('window:tools.full-range'),
      voi: full,
    },
  ];
  const named = (WINDOW_PRESETS[modality] ?? []).map(({ id, center, width }): Preset => {
    const name = texts.t(`window:${id}`);
    return {
      id: `named-${id}`,
      group: 'named',
      label: texts.t('window:tools.named', { name, center, width }),
      voi: windowOf(center, width, name),
    };
  });
  // Of more than 8 bits, both are the same.
  const isAutomatic =
    describeVoi({ ...full, explanation: '' }) === describeVoi({ ...frame.automaticWindow, explanation: '' });
  return [...fromFile, ...(isAutomatic ? fromPixels.slice(0, 1) : fromPixels), ...named];
}

/** What the keys 1 to 9 choose: the named windows of the modality, where it has any, else all. */
export function numberedPresets(presets: readonly Preset[]): Preset[] {
  const named = presets.filter(({ group }) => group === 'named');
  return (named.length > 0 ? named : presets).slice(0, 9);
}

/** The preset that is in use, if any. */
export function presetInUse(presets: readonly Preset[], chosen: Voi | null): Preset | undefined {
  return presets.find(({ voi }) =>
    voi === null || chosen === null ? voi === chosen : describeVoi(voi) === describeVoi(chosen),
  );
}
