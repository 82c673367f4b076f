import type { SaveResult } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** Hands a download to the browser. Answers what to tell the reader, or null if they closed the dialog. */
export function finishSave(result: SaveResult, texts: Texts): string | null {
  if (result.kind === 'cancelled') return null;
  if (result.kind === 'saved') return texts.t('window:saved.file', { file: result.path });
  const url = URL.createObjectURL(new Blob([result.bytes], { type: result.mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = result.fileName;
  link.click();
  // The browser reads the bytes after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return texts.t('window:saved.download', { file: result.fileName });
}
