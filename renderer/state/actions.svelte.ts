import { toErrorValue } from '../../models/errors.ts';
import type { Client, Events, Settings, StudyList } from '../../main/ipc/contract.ts';
import { droppedItems, walkDropped } from './dropped-files.ts';
import { plural } from './format.ts';
import { Newcomers } from './newcomers.ts';
import { finishSave } from './save-result.ts';
import type { Services } from './services.ts';

type Parts = Omit<Services, 'actions'>;

const isCheckpoint = (name: string): boolean => /\.(pth?|safetensors|ckpt)$/i.test(name);

/** What the reader can do, wherever it is asked for: button, menu, key or drop. Failures are told, never thrown. */
export class Actions {
  readonly #parts: Parts;
  readonly #newcomers = new Newcomers();
  #savingReport = $state(false);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get savingReport(): boolean {
    return this.#savingReport;
  }

  run(name: Events['command']['name']): void {
    const { dialogs } = this.#parts;
    const commands: Record<Events['command']['name'], () => unknown> = {
      'open-files': () => this.openDialog('files'),
      'open-folder': () => this.openDialog('folder'),
      'save-report': () => this.saveReport(),
      'classify-all': () => this.classifyAll(),
      about: () => dialogs.show({ name: 'about' }),
    };
    commands[name]();
  }

  /** The host's own dialog, or the app's where the host has none. */
  async openDialog(kind: 'files' | 'folder'): Promise<void> {
    const { client, dialogs } = this.#parts;
    this.#newcomers.expect();
    await this.#tell(async () => {
      const answer = await client.invoke('studies.dialog', { kind });
      if (answer === 'unavailable') dialogs.show({ name: 'browse', kind });
    });
  }

  async openPaths(paths: string[]): Promise<void> {
    this.#newcomers.expect();
    await this.#tell(() => this.#parts.studies.open(paths));
  }

  async openSamples(): Promise<void> {
    this.#newcomers.expect();
    await this.#tell(() => this.#parts.studies.openSamples());
  }

  /** Dropped files: by their paths where the host knows them, else sent. Checkpoints go to the import wizard. */
  async drop(transfer: DataTransfer): Promise<void> {
    const items = droppedItems(transfer);
    const paths = items.map(({ file }) => this.#pathOf(file));
    const checkpoint = items.find(({ file }) => file && isCheckpoint(file.name))?.file;
    if (checkpoint) {
      this.#parts.dialogs.show({ name: 'import', file: checkpoint });
      return;
    }
    const known = paths.filter((path) => path !== null);
    if (known.length === items.length) await this.openPaths(known);
    else await this.openFiles(await walkDropped(items));
  }

  /** Files of a browser's own picker. */
  async openFiles(files: readonly File[]): Promise<void> {
    const { toasts, uploads } = this.#parts;
    if (files.length === 0) {
      toasts.show('info', 'There was no file in what was dropped.');
      return;
    }
    const paths = files.map((file) => this.#pathOf(file));
    const known = paths.filter((path) => path !== null);
    if (known.length === files.length) return this.openPaths(known);
    this.#newcomers.expect();
    const failures = await uploads.send(files);
    for (const { name, error } of failures.slice(0, 3)) toasts.show('error', `${name}: ${error.message}`);
    if (failures.length > 3) toasts.show('error', `${plural(failures.length - 3, 'more file')} could not be opened.`);
  }

  async close(imageIds: string[] | 'all', what: string): Promise<void> {
    const { studies, toasts } = this.#parts;
    await this.#tell(async () => {
      await studies.close(imageIds);
      toasts.show('info', `Closed ${what}.`, { label: 'Undo', run: () => void this.undoClose() });
    });
  }

  async undoClose(): Promise<void> {
    await this.#tell(() => this.#parts.studies.undoClose());
  }

  async classifyAll(): Promise<void> {
    const { batch, studies } = this.#parts;
    if (batch.running) {
      batch.show();
      return;
    }
    const imageIds = studies.series.flatMap((series) => series.imageIds);
    if (imageIds.length > 0) await this.#tell(() => batch.start(imageIds));
  }

  async cancelBatch(): Promise<void> {
    await this.#tell(() => this.#parts.batch.cancel());
  }

  async exportBatch(format: 'csv' | 'json'): Promise<void> {
    const { batch, client, toasts } = this.#parts;
    await this.#tell(async () => {
      if (!batch.state) return;
      const saved = finishSave(await client.invoke('batch.export', { id: batch.state.id, format }));
      if (saved) toasts.show('success', saved);
    });
  }

  /** Class whose map is shown over the image: the chosen one, else the most probable; null without an answer. */
  get shownClass(): number | null {
    const { overlay, predictions, selection } = this.#parts;
    if (selection.imageId === null) return null;
    const answer = predictions.of(selection.imageId, selection.frame);
    if (answer?.state !== 'ok') return null;
    const chosen = overlay.classIndex;
    return chosen !== null && chosen < answer.prediction.classes.length ? chosen : answer.prediction.top1;
  }

  async saveReport(): Promise<void> {
    const { client, overlay, selection, toasts, view } = this.#parts;
    const { imageId, frame } = selection;
    const classIndex = this.shownClass;
    if (imageId === null || classIndex === null || this.#savingReport) return;
    this.#savingReport = true;
    await this.#tell(async () => {
      const window = view.voi?.kind === 'window' ? { center: view.voi.center, width: view.voi.width } : null;
      const overlayOpacity = overlay.visible ? overlay.opacity : 0;
      const request = { imageId, frame, classIndex, window, overlayOpacity };
      const saved = finishSave(await client.invoke('reports.save', request));
      if (saved) toasts.show('success', saved);
    });
    this.#savingReport = false;
  }

  async chooseModel(modelId: string): Promise<void> {
    await this.changeSettings({ modelId });
  }

  async changeSettings(changes: Partial<Settings>): Promise<void> {
    await this.#tell(() => this.#parts.settings.set(changes));
  }

  takeStudies(list: StudyList): void {
    const { frames, predictions, selection, studies, thumbnails } = this.#parts;
    for (const imageId of Object.keys(studies.images)) {
      if (list.images[imageId]) continue;
      frames.forget(imageId);
      thumbnails.forget(imageId);
      predictions.forget(imageId);
    }
    studies.update(list);
    const opened = this.#newcomers.take(list);
    if (opened !== null) selection.select(opened);
    selection.reconcile();
  }

  takeSettings(value: Settings): void {
    const { models, overlay, predictions, settings } = this.#parts;
    if (!settings.update(value)) return;
    predictions.clear();
    overlay.choose(null);
    void models.refreshInfo();
  }

  /** Tells the reader of what a dialog of the app could not do. */
  tellError(error: unknown): void {
    const { code, message } = toErrorValue(error);
    if (code !== 'request.cancelled') this.#parts.toasts.show('error', message);
  }

  #pathOf(file: File | null): string | null {
    return file ? (this.#parts.client satisfies Client).pathForFile(file) : null;
  }

  async #tell(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.tellError(error);
    }
  }
}
