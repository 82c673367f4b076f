/** Files that a drop or a picker brings along, folders walked. */

/** More than anybody drops on purpose; a whole disk is opened by its folder instead. */
export const MOST_DROPPED_FILES = 20_000;

/** A file as a browser hands it over. */
export interface NamedFile {
  file: File;
  /** Its own name; of one in a folder its path from there down, with '/' between parts. */
  name: string;
}

/** What a drop brings: files, and folders with what is in them. */
export interface DroppedItem {
  file: File | null;
  entry: FileSystemEntry | null;
}

async function filesOf(entry: FileSystemEntry, folder: string, found: NamedFile[]): Promise<void> {
  // Hidden files are left out, as where main walks a folder; not those that were dropped themselves.
  if (found.length >= MOST_DROPPED_FILES || (folder !== '' && entry.name.startsWith('.'))) return;
  const name = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader answers in parts of about a hundred; an empty part is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const child of part) await filesOf(child, `${name}/`, found);
  }
}

/** The files themselves, a folder as one entry: what the desktop needs to ask for paths. Read during the event. */
export function droppedItems(transfer: DataTransfer): DroppedItem[] {
  return [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry() }));
}

/** All files below what was dropped; unreadable ones are left out. */
export async function walkDropped(items: readonly DroppedItem[]): Promise<NamedFile[]> {
  const found: NamedFile[] = [];
  for (const { file, entry } of items) {
    try {
      if (entry) await filesOf(entry, '', found);
      else if (file) found.push(...pickedFiles([file]));
    } catch {
      // A file that vanished or may not be read: the others still open.
    }
  }
  return found;
}

/** Files of a browser's own picker, which names those of a folder by their path. */
export function pickedFiles(files: readonly File[]): NamedFile[] {
  return files.map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}
