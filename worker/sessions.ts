import type { LoadedModel, Session } from './engines/engine.ts';
import type { OpenedSession, Place } from './engines/select.ts';
import { headState } from '../models/hifuse/network.ts';
import type { StateDict } from '../models/hifuse/state-dict.ts';
import type { SelfTest } from '../models/package/manifest.ts';
import type { LoadedPackage } from './import/load-package.ts';
import type { DeviceReport, ModelSelection } from './protocol.ts';

/** A network that is ready, with what its package says and what was tried to get it. */
export interface OpenModel {
  model: Pick<LoadedPackage, 'manifest' | 'selfTest' | 'reference'>;
  /** Weights of the head, for explanations. The others are in the session and are not kept a second time. */
  head: StateDict;
  session: Session;
  devices: DeviceReport[];
}

/** How models are read and sessions opened; a test passes its own. */
export interface Loader {
  loadPackage(directory: string): Promise<LoadedPackage>;
  openSession(model: LoadedModel, selfTest: SelfTest, place: Place): Promise<OpenedSession>;
}

interface Entry {
  opened: Promise<OpenModel>;
  users: number;
  /** Dropped from the cache: disposed of when the last user is done. */
  evicted: boolean;
}

/** Models in memory at once: the largest takes some 400 MB per copy of its weights. */
const KEPT = 2;

const keyOf = (selection: ModelSelection): string =>
  JSON.stringify([selection.directory, selection.engine, selection.device]);

/** Sessions by (directory, engine, device), the last few used; loaded once, however many ask at the same time. */
export class Sessions {
  readonly #loader: Loader;
  readonly #kept: number;
  /** Oldest use first. */
  readonly #entries = new Map<string, Entry>();

  constructor(loader: Loader, kept = KEPT) {
    this.#loader = loader;
    this.#kept = kept;
  }

  /**
   * Runs `work` with the model of a selection, which is not disposed of meanwhile.
   * @throws HifuseError `model.*` or `engine.*` where it cannot be loaded; the next use tries again.
   */
  async use<R>(selection: ModelSelection, work: (open: OpenModel) => Promise<R>): Promise<R> {
    const entry = this.#entry(selection);
    entry.users += 1;
    try {
      return await work(await entry.opened);
    } finally {
      entry.users -= 1;
      if (entry.evicted && entry.users === 0) await dispose(entry);
    }
  }

  /** Forgets the sessions of a directory, whose package was written anew. */
  async forget(directory: string): Promise<void> {
    for (const key of [...this.#entries.keys()]) {
      if ((JSON.parse(key) as string[])[0] === directory) await this.#evict(key);
    }
  }

  #entry(selection: ModelSelection): Entry {
    const key = keyOf(selection);
    const entry = this.#entries.get(key) ?? { opened: this.#open(selection), users: 0, evicted: false };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.opened.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#kept) break;
      void this.#evict(oldest);
    }
    return entry;
  }

  async #open(selection: ModelSelection): Promise<OpenModel> {
    const model = await this.#loader.loadPackage(selection.directory);
    const { session, devices } = await this.#loader.openSession(model, model.selfTest, selection);
    const { manifest, selfTest, reference, state } = model;
    return { model: { manifest, selfTest, reference }, head: headState(state), session, devices };
  }

  async #evict(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    entry.evicted = true;
    if (entry.users === 0) await dispose(entry);
  }
}

/** Never rejects: nobody who used the session can do anything about it, and the model is gone either way. */
async function dispose(entry: Entry): Promise<void> {
  const open = await entry.opened.catch(() => null);
  await open?.session.dispose().catch(() => undefined);
}
