import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { JsonFields } from '../../models/package/json-fields.ts';
import type { Settings as Values } from '../ipc/contract.ts';
import { Emitter } from './emitter.ts';

export const DEFAULT_SETTINGS: Values = {
  modelId: 'chest-xray-nano',
  engine: 'auto',
  device: 'auto',
  noticeAccepted: false,
};

/** Setting -> what reads and checks it. */
const READERS: { [K in keyof Values]: (fields: JsonFields) => Values[K] } = {
  modelId: (fields) => fields.string('modelId', { minimum: 1, maximum: 4096 }),
  engine: (fields) => fields.oneOf('engine', ['auto', 'onnx', 'tfjs']),
  device: (fields) => fields.oneOf('device', ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']),
  noticeAccepted: (fields) => fields.boolean('noticeAccepted'),
};

/**
 * Checks settings, from the renderer or from the file; those that are not there are left out.
 * @throws HifuseError `request.invalid`, naming the setting
 */
export function parseSettings(fields: JsonFields): Partial<Values> {
  const given = (Object.keys(READERS) as (keyof Values)[]).filter((name) => fields.raw(name) !== undefined);
  return Object.fromEntries(given.map((name) => [name, READERS[name](fields)]));
}

/** The person's settings, in settings.json of the data folder. */
export class Settings {
  readonly #file: string;
  readonly #changed = new Emitter<Values>();
  #values: Promise<Values> | null = null;

  constructor(dataDirectory: string) {
    this.#file = path.join(dataDirectory, 'settings.json');
  }

  /** A file that is missing or damaged counts as empty: settings are never worth a refusal to start. */
  get(): Promise<Values> {
    this.#values ??= readFile(this.#file, 'utf8')
      .then((text) => new JsonFields(JSON.parse(text), 'settings.json', 'request.invalid'))
      .then((fields) => ({ ...DEFAULT_SETTINGS, ...parseSettings(fields) }))
      .catch(() => ({ ...DEFAULT_SETTINGS }));
    return this.#values;
  }

  /**
   * Changes some settings; writes them whole or not at all.
   * @throws HifuseError `file.write-failed`; the settings are as before
   */
  set(changes: Partial<Values>): Promise<Values> {
    const before = this.get();
    const after = before.then(async (values) => {
      const next = { ...values, ...changes };
      await this.#write(next);
      this.#changed.emit(next);
      return next;
    });
    this.#values = after.catch(() => before);
    return after;
  }

  onChange(listener: (values: Values) => void): () => void {
    return this.#changed.on(listener);
  }

  async #write(values: Values): Promise<void> {
    const draft = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await writeFile(draft, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600, flush: true });
      await rename(draft, this.#file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
      throw new HifuseError(
        'file.write-failed',
        `The settings could not be saved (${reason}). Check that the application's data folder can be written to.`,
      );
    }
  }
}
