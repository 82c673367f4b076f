/** Files that a drop brings along, folders walked. */

/** More than anybody drops on purpose; a whole disk is opened by its folder instead. */
export const MOST_DROPPED_FILES = 20_000;

async function filesOf(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MOST_DROPPED_FILES) return;
  if (entry.isFile) {
    found.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader answers in parts of about a hundred; an empty part is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const child of part) await filesOf(child, found);
  }
}

/** The files themselves, a folder as one entry: what the desktop needs to ask for paths. Read during the event. */
export function droppedItems(transfer: DataTransfer): { file: File | null; entry: FileSystemEntry | null }[] {
  return [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry() }));
}

/** All files below what was dropped; unreadable ones are left out. */
export async function walkDropped(items: { file: File | null; entry: FileSystemEntry | null }[]): Promise<File[]> {
  const found: File[] = [];
  for (const { file, entry } of items) {
    try {
      if (entry) await filesOf(entry, found);
      else if (file) found.push(file);
    } catch {
      // A file that vanished or may not be read: the others still open.
    }
  }
  return found;
}
