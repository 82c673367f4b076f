import * as v from 'valibot';
import { DEVICE_CHOICES, ENGINE_CHOICES } from '../../models/devices.ts';
import { foreignText, HifuseError } from '../../models/errors.ts';
import { boolean, fields, oneOf, parse, text } from '../../models/schema.ts';
import { LANGUAGES } from '../../models/texts/languages.ts';
import type { Settings as Values } from '../ipc/contract.ts';
import type { StoredSettings } from '../store/settings.ts';
import { Emitter } from './emitter.ts';

export const DEFAULT_SETTINGS: Values = {
  modelId: 'chest-xray-nano',
  engine: 'auto',
  device: 'auto',
  noticeAccepted: false,
  language: 'en',
};

/** What may be changed; a setting that is not there stays as it is. */
export const settingsSchema = fields({
  modelId: v.exactOptional(text({ minimum: 1, maximum: 4096 })),
  engine: v.exactOptional(oneOf(ENGINE_CHOICES)),
  device: v.exactOptional(oneOf(DEVICE_CHOICES)),
  noticeAccepted: v.exactOptional(boolean()),
  language: v.exactOptional(oneOf(LANGUAGES)),
} satisfies Record<Name, v.GenericSchema>);

type Name = keyof Values;
const NAMES = Object.keys(settingsSchema.entries) as Name[];

/** A stored setting; undefined where it is none that this version could have written. */
function read<K extends Name>(name: K, json: string): Values[K] | undefined {
  try {
    return parse(settingsSchema, { [name]: JSON.parse(json) as unknown }, name, 'request.invalid')[name] as Values[K];
  } catch {
    return undefined;
  }
}

/** The person's settings, which all processes of the application share. */
export class Settings {
  readonly #stored: Pick<StoredSettings, 'all' | 'put'>;
  readonly #changed = new Emitter<Values>();

  constructor(stored: Pick<StoredSettings, 'all' | 'put'>) {
    this.#stored = stored;
  }

  /** A setting that is not there, or makes no sense, has its default: none is worth a refusal to start. */
  get(): Values {
    const stored = this.#stored.all();
    const known = NAMES.flatMap((name) => {
      const value = stored[name] === undefined ? undefined : read(name, stored[name]);
      return value === undefined ? [] : [[name, value] as const];
    });
    return { ...DEFAULT_SETTINGS, ...Object.fromEntries(known) };
  }

  /**
   * Changes some settings, all of them or none.
   * @throws HifuseError `file.write-failed`; the settings are as before
   */
  set(changes: Partial<Values>): Values {
    try {
      this.#stored.put(
        Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, JSON.stringify(value)])),
      );
    } catch (error) {
      throw new HifuseError('file.write-failed', { reason: 'settings', message: foreignText(error) });
    }
    const values = this.get();
    this.#changed.emit(values);
    return values;
  }

  onChange(listener: (values: Values) => void): () => void {
    return this.#changed.on(listener);
  }
}
