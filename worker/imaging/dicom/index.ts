import type { Frame } from '../../../models/imaging/frame.ts';
import { HifuseError, toErrorValue } from '../../../models/errors.ts';
import type { DicomElement, ImageHeader, Inspection } from '../../protocol.ts';
import { withFile, type ByteSource } from '../byte-source.ts';
import { summarize } from '../summarize.ts';
import { dicomElements, dicomKeywords } from './elements.ts';
import { decodeDicomFrame } from './frame.ts';
import { dicomHeader } from './header.ts';
import { KeptHeaders } from './kept-headers.ts';
import { parseDicom, type Dicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';

/** Parsed headers of this thread. */
const kept = new KeptHeaders();

/** Opens and parses a file; what its reader did not foresee is damage, too. */
function withDicom<T>(
  path: string,
  use: (file: ByteSource, dicom: Dicom) => T | Promise<T>,
  parse = (file: ByteSource) => kept.get(path, file, parseDicom),
): Promise<T> {
  return withFile(path, async (file) => {
    try {
      return await use(file, parse(file));
    } catch (error) {
      if (error instanceof HifuseError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new HifuseError('dicom.corrupt', `${file.name} is damaged in an unforeseen way (${reason}).`);
    }
  });
}

/** Header of a DICOM file; nothing behind its start of pixel data is read. Throws `file.*`, `dicom.*`. */
export function readDicomHeader(path: string): Promise<ImageHeader> {
  // Not kept: a list reads thousands of headers once.
  return withDicom(path, (_file, dicom) => dicomHeader(path, dicom), parseDicom);
}

/** Every element for the tag browser. Throws `file.*`, `dicom.corrupt`. */
export function readDicomElements(path: string): Promise<DicomElement[]> {
  return withDicom(path, (_file, dicom) => dicomElements(dicom));
}

/** One frame. Throws `file.*`, `dicom.*`, `image.*`. */
export function decodeDicom(path: string, frame: number): Promise<Frame> {
  return withDicom(path, (file, dicom) => decodeDicomFrame(file, dicom, frame));
}

/** Header and stored values of the first frame; what is wrong with the pixels stands in `error`. */
export function inspectDicom(path: string): Promise<Omit<Inspection, 'schema' | 'file'>> {
  return withDicom(path, async (file, dicom) => {
    const header = dicomKeywords(dicom);
    try {
      const { description, samples } = await readStoredFrame(file, dicom, 0);
      const { rows, columns, samplesPerPixel } = description;
      const shape = samplesPerPixel === 1 ? [rows, columns] : [rows, columns, samplesPerPixel];
      return { header, frame0: summarize(samples, shape), error: null };
    } catch (error) {
      return { header, frame0: null, error: toErrorValue(error) };
    }
  });
}
