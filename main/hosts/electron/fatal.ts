import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dialog } from 'electron';
import type { Texts } from '../../../models/texts/texts.ts';
import { lastWords } from '../../../worker/last-words.ts';
import { productName, software } from '../../about.ts';

/** A log that has grown larger begins anew. */
const MOST_BYTES = 256 * 1024;

/**
 * An error that nobody foresaw ends the application: said in a dialog, and kept in `crash.log` of the data folder, by its
 * kind and place alone. Its message is left out, since it could name a patient's file.
 */
export function endWithDialog(dataDirectory: string, { t }: Texts): void {
  const log = path.join(dataDirectory, 'crash.log');
  const end = (error: unknown): never => {
    const words = `${new Date().toISOString()} ${software}\n${lastWords(error)}\n\n`;
    try {
      mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
      const write = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES ? writeFileSync : appendFileSync;
      write(log, words, { mode: 0o600 });
    } catch {
      // A full or read-only disk: the dialog still says that the application ends.
    }
    console.error(words);
    dialog.showErrorBox(t('desktop:ends', { name: productName }), t('desktop:ends-detail', { file: log }));
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
