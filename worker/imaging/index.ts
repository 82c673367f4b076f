/** Reads every image format; which one it is, the content tells. Decoding happens here and nowhere else. */
import { basename } from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { Frame } from '../../models/imaging/frame.ts';
import type { DicomElement, ImageHeader, Inspection } from '../protocol.ts';
import { decodeDicom, decodeDicomWithHeader, inspectDicom, readDicomElements, readDicomHeader } from './dicom/index.ts';
import { withImageFile, type ImageFile } from './image-file.ts';
import type * as Raster from './raster/index.ts';
import type { RasterFormat } from './raster/format.ts';
import { sniff } from './sniff.ts';

/** What a file's content is handed to. */
interface Readers<T> {
  dicom: (file: ImageFile) => T | Promise<T>;
  raster: (reader: typeof Raster, file: ImageFile, format: RasterFormat) => T | Promise<T>;
}

/** Opens a file once, recognises it once, and has it read from that one handle. */
function read<T>(path: string, { dicom, raster }: Readers<T>): Promise<T> {
  return withImageFile(path, async (file) => {
    const format = sniff(file);
    if (format === 'dicom') return dicom(file);
    // Loaded with its native library when the first picture comes: most folders hold DICOM alone.
    return raster(await import('./raster/index.ts'), file, format);
  });
}

/** Header alone; the pixels are not read. Throws `file.*`, `image.*`, `dicom.*`. */
export function readHeader(path: string): Promise<ImageHeader> {
  return read(path, {
    dicom: readDicomHeader,
    raster: (reader, file, format) => reader.readRasterHeader(file, format),
  });
}

/** Elements for the tag browser; other formats than DICOM have none. Throws `file.*`, `image.*`, `dicom.*`. */
export function readElements(path: string): Promise<DicomElement[]> {
  return read<DicomElement[]>(path, { dicom: readDicomElements, raster: () => [] });
}

/** One frame, counted from 0, as it is shown and classified. Throws `file.*`, `image.*`, `dicom.*`. */
export function decodeFrame(path: string, frame: number): Promise<Frame> {
  return read(path, {
    dicom: (file) => decodeDicom(file, frame),
    raster: (reader, file, format) => reader.decodeRaster(file, format, frame),
  });
}

/** One frame and what its file says, of one and the same version of the file. Throws `file.*`, `image.*`, `dicom.*`. */
export function decodeWithHeader(path: string, frame: number): Promise<{ frame: Frame; header: ImageHeader }> {
  return read(path, {
    dicom: (file) => decodeDicomWithHeader(file, frame),
    raster: async (reader, file, format) => ({
      frame: await reader.decodeRaster(file, format, frame),
      header: await reader.readRasterHeader(file, format),
    }),
  });
}

/** Header and stored values of the first frame. Never throws for a bad file: what is wrong stands in `error`. */
export async function inspect(path: string): Promise<Inspection> {
  const about = { schema: 1, file: basename(path) } as const;
  try {
    const report = await read(path, {
      dicom: inspectDicom,
      raster: (reader, file, format) => reader.inspectRaster(file, format),
    });
    return { ...about, ...report };
  } catch (error) {
    if (!(error instanceof HifuseError)) throw error;
    return { ...about, header: {}, frame0: null, warnings: [], error: toErrorValue(error) };
  }
}
