import { foreignText, HifuseError } from '../../models/errors.ts';
import { JsonFields } from '../../models/package/json-fields.ts';
import type { Settings as Values } from '../ipc/contract.ts';
import type { StoredSettings } from '../store/settings.ts';
import { Emitter } from './emitter.ts';

export const DEFAULT_SETTINGS: Values = {
  modelId: 'chest-xray-nano',
  engine: 'auto',
  device: 'auto',
  noticeAccepted: false,
};

type Name = keyof Values;

/** Setting -> what reads and checks it. */
const READERS: { [K in Name]: (fields: JsonFields) => Values[K] } = {
  modelId: (fields) => fields.string('modelId', { minimum: 1, maximum: 4096 }),
  engine: (fields) => fields.oneOf('engine', ['auto', 'onnx', 'tfjs']),
  device: (fields) => fields.oneOf('device', ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']),
  noticeAccepted: (fields) => fields.boolean('noticeAccepted'),
};
const NAMES = Object.keys(READERS) as Name[];

/**
 * Checks settings of the renderer; those that are not there are left out.
 * @throws HifuseError `request.invalid`, naming the setting
 */
export function parseSettings(fields: JsonFields): Partial<Values> {
  const given = NAMES.filter((name) => fields.raw(name) !== undefined);
  return Object.fromEntries(given.map((name) => [name, READERS[name](fields)]));
}

/** A stored setting; undefined where it is none that this version could have written. */
function read<K extends Name>(name: K, json: string): Values[K] | undefined {
  try {
    return READERS[name](new JsonFields({ [name]: JSON.parse(json) as unknown }, name, 'request.invalid'));
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
