import type { ByteSource } from '../byte-source.ts';
import { LIMITS } from '../limits.ts';
import type { Dicom } from './parse.ts';

/** Headers of the files used last, so that the next frame of a file starts at once. A changed file is parsed anew. */
export class KeptHeaders {
  private bytes = 0;
  private readonly entries = new Map<string, { version: string; dicom: Dicom }>();

  get(path: string, file: ByteSource, parse: (file: ByteSource) => Dicom): Dicom {
    const found = this.entries.get(path);
    this.entries.delete(path);
    const dicom = found?.version === file.version ? found.dicom : parse(file);
    this.entries.set(path, { version: file.version, dicom });
    this.bytes += dicom.headerBytes - (found?.dicom.headerBytes ?? 0);
    // A Map is in order of insertion: the first is the one not used for longest.
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= LIMITS.keptHeaderBytes || this.entries.size === 1) break;
      this.entries.delete(oldest);
      this.bytes -= entry.dicom.headerBytes;
    }
    return dicom;
  }
}
