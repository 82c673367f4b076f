import { ByteLru } from '../../../models/byte-lru.ts';
import { foreignText, HifuseError, toErrorValue } from '../../../models/errors.ts';
import type { Frame } from '../../../models/imaging/frame.ts';
import type { DicomElement, ImageHeader, Inspection } from '../../protocol.ts';
import type { ImageFile } from '../image-file.ts';
import { LIMITS } from '../limits.ts';
import { isOutOfMemory, outOfMemory } from '../memory.ts';
import { summarize } from '../summarize.ts';
import { dicomElements, dicomKeywords } from './elements.ts';
import { decodeDicomFrame } from './frame.ts';
import { dicomHeader } from './header.ts';
import { parseDicom, type Dicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';

/** Parsed headers of the files that this thread used last, so that the next frame of a file starts at once. */
const kept = new ByteLru<Dicom>(LIMITS.keptHeaderBytes);

function parseOnce(file: ImageFile): Dicom {
  // A file that was written anew is parsed anew.
  const key = `${file.version} ${file.path}`;
  const found = kept.get(key);
  if (found) return found;
  const dicom = parseDicom(file);
  kept.set(key, dicom, dicom.headerBytes);
  return dicom;
}

/** Parses a file; what its reader did not foresee is damage, too. */
async function withDicom<T>(
  file: ImageFile,
  use: (dicom: Dicom) => T | Promise<T>,
  parse: (file: ImageFile) => Dicom = parseOnce,
): Promise<T> {
  try {
    return await use(parse(file));
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    if (isOutOfMemory(error)) throw outOfMemory(file.name);
    throw new HifuseError('dicom.corrupt', { reason: 'unforeseen', file: file.name, message: foreignText(error) });
  }
}

/** Header of a DICOM file; nothing behind its start of pixel data is read. Throws `file.*`, `dicom.*`. */
export function readDicomHeader(file: ImageFile): Promise<ImageHeader> {
  // Not kept: a list reads thousands of headers once.
  return withDicom(file, (dicom) => dicomHeader(file, dicom), parseDicom);
}

/** Every element for the tag browser. Throws `file.*`, `dicom.corrupt`. */
export function readDicomElements(file: ImageFile): Promise<DicomElement[]> {
  return withDicom(file, dicomElements);
}

/** One frame with the header, which is parsed once for both. Throws `file.*`, `dicom.*`, `image.*`. */
export function decodeDicomWithHeader(file: ImageFile, frame: number): Promise<{ frame: Frame; header: ImageHeader }> {
  return withDicom(file, async (dicom) => ({
    frame: await decodeDicomFrame(file, dicom, frame),
    header: dicomHeader(file, dicom),
  }));
}

/** One frame. Throws `file.*`, `dicom.*`, `image.*`. */
export function decodeDicom(file: ImageFile, frame: number): Promise<Frame> {
  return withDicom(file, (dicom) => decodeDicomFrame(file, dicom, frame));
}

/** Header and stored values of the first frame; what is wrong with the pixels stands in `error`. */
export function inspectDicom(file: ImageFile): Promise<Omit<Inspection, 'schema' | 'file'>> {
  return withDicom(file, async (dicom) => {
    const header = dicomKeywords(dicom);
    try {
      const { description, samples, warnings } = await readStoredFrame(file, dicom, 0);
      const { rows, columns, samplesPerPixel } = description;
      const shape = samplesPerPixel === 1 ? [rows, columns] : [rows, columns, samplesPerPixel];
      return { header, frame0: summarize(samples, shape), warnings, error: null };
    } catch (error) {
      return { header, frame0: null, warnings: dicom.warnings, error: toErrorValue(error) };
    }
  });
}
