import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fromErrorValue, HifuseError, toErrorValue } from '../../models/errors.ts';
import { isId } from '../../models/package/manifest.ts';
import { readPackageSummary } from '../../worker/import/load-package.ts';
import type { DamagedModel, ModelSummary } from '../ipc/contract.ts';

/** The model packages that are at hand: those that come with the application, and those that the person imported. */
export class Packages {
  readonly #bundled: string;
  readonly #imported: string;

  /**
   * @param bundled folder of packages that come with the application
   * @param imported folder of packages in the data folder; need not exist yet
   */
  constructor(bundled: string, imported: string) {
    this.#bundled = bundled;
    this.#imported = imported;
  }

  /** Summaries in the order of their ids, bundled ones first. Reads no weights; leaves out what is damaged. */
  async list(): Promise<ModelSummary[]> {
    return (await this.#all()).filter((model) => 'manifest' in model);
  }

  /** Packages that cannot be used, with what is wrong with them. */
  async damaged(): Promise<DamagedModel[]> {
    return (await this.#all()).filter((model) => 'error' in model);
  }

  /** @throws HifuseError `model.not-found`; of a damaged package what is wrong with it */
  async get(id: string): Promise<ModelSummary> {
    const found = (await this.#all()).find((model) => model.id === id);
    if (!found) return this.#notFound(id);
    if ('error' in found) throw fromErrorValue(found.error);
    return found;
  }

  /**
   * The folder of a package: of an id, or of a path to a folder that holds a manifest.
   * @throws HifuseError `model.not-found`, naming what there is
   */
  async resolve(idOrDirectory: string): Promise<string> {
    const candidates = isId(idOrDirectory)
      ? [path.join(this.#bundled, idOrDirectory), path.join(this.#imported, idOrDirectory)]
      : [];
    for (const directory of [...candidates, path.resolve(idOrDirectory)]) {
      if (await isFile(path.join(directory, 'manifest.json'))) return directory;
    }
    return this.#notFound(idOrDirectory);
  }

  /**
   * Where a new package of that id goes.
   * @throws HifuseError `request.invalid` where the id is taken
   */
  async place(id: string): Promise<string> {
    for (const folder of [this.#bundled, this.#imported]) {
      if ((await foldersIn(folder)).includes(id)) {
        throw new HifuseError('request.invalid', { reason: 'model-exists', id });
      }
    }
    return path.join(this.#imported, id);
  }

  /** A bundled package hides an imported one of its id. */
  async #all(): Promise<(ModelSummary | DamagedModel)[]> {
    const bundled = await packagesIn(this.#bundled, true);
    const taken = new Set(bundled.map(({ id }) => id));
    return [...bundled, ...(await packagesIn(this.#imported, false)).filter(({ id }) => !taken.has(id))];
  }

  async #notFound(model: string): Promise<never> {
    const ids = (await this.list()).map(({ id }) => id);
    if (ids.length === 0) throw new HifuseError('model.not-found', { reason: 'none', model });
    throw new HifuseError('model.not-found', { reason: 'unknown', model, known: ids.join(', ') });
  }
}

async function packagesIn(folder: string, bundled: boolean): Promise<(ModelSummary | DamagedModel)[]> {
  const ids = (await foldersIn(folder)).filter((id) => isId(id)).sort();
  return Promise.all(
    ids.map((id) =>
      readPackageSummary(path.join(folder, id)).then(
        (summary) => ({ id, bundled, ...summary }),
        (error: unknown) => ({ id, bundled, error: toErrorValue(error) }),
      ),
    ),
  );
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
