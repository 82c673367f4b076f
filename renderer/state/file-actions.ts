import type { Client } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Batch } from './batch.svelte.ts';
import type { Dialogs } from './dialogs.svelte.ts';
import { droppedItems, walkDropped, type NamedFile } from './dropped-files.ts';
import type { StudyTree } from './study-tree.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import type { UploadQueue } from './upload-queue.svelte.ts';

interface Parts {
  batch: Batch;
  client: Client;
  dialogs: Dialogs;
  studies: StudyTree;
  texts: Texts;
  toasts: Toasts;
  uploads: UploadQueue;
}

const isCheckpoint = (name: string): boolean => /\.(pth?|safetensors|ckpt)$/i.test(name);

/** Opening and closing files, in all the ways there are. Failures are told, never thrown. */
export class FileActions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The host's own dialog, or the app's where the host has none. */
  async openDialog(kind: 'files' | 'folder'): Promise<void> {
    const { client, dialogs, toasts } = this.#parts;
    await toasts.attempt(async () => {
      const answer = await client.invoke('studies.dialog', { kind });
      if (answer === 'unavailable') dialogs.show({ name: 'browse', kind });
    });
  }

  async openPaths(paths: string[]): Promise<void> {
    const { studies, toasts } = this.#parts;
    await toasts.attempt(() => studies.open(paths));
  }

  async openSamples(): Promise<void> {
    const { studies, toasts } = this.#parts;
    await toasts.attempt(() => studies.openSamples());
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
  async openFiles(files: readonly NamedFile[]): Promise<void> {
    const { texts, toasts, uploads } = this.#parts;
    if (files.length === 0) {
      toasts.show('info', texts.t('window:list.nothing-dropped'));
      return;
    }
    const paths = files.map(({ file }) => this.#pathOf(file));
    const known = paths.filter((path) => path !== null);
    if (known.length === files.length) return this.openPaths(known);
    const failures = await uploads.send(files);
    for (const { name, error } of failures.slice(0, 3))
      toasts.show('error', texts.t('window:list.not-opened', { name, error: texts.error(error) }));
    if (failures.length > 3)
      toasts.show('error', texts.t('window:list.more-not-opened', { count: failures.length - 3 }));
  }

  /**
   * Closes images. With the last of them their batch is put away; 'Results' still has it.
   * @param said what the reader is told once they are closed
   */
  async close(imageIds: readonly string[] | 'all', said: string): Promise<void> {
    const { batch, studies, texts, toasts } = this.#parts;
    await toasts.attempt(async () => {
      if (imageIds === 'all') {
        batch.hide();
        if (batch.running) await batch.cancel();
      }
      await studies.close(imageIds);
      toasts.show('info', said, { label: texts.t('window:list.undo'), run: () => void this.undoClose() });
    });
  }

  async undoClose(): Promise<void> {
    const { studies, toasts } = this.#parts;
    await toasts.attempt(() => studies.undoClose());
  }

  #pathOf(file: File | null): string | null {
    return file ? this.#parts.client.pathForFile(file) : null;
  }
}
