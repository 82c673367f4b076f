/** Reads every image format; which one it is, the content tells. Decoding happens here and nowhere else. */
import { basename } from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { Frame } from '../../models/imaging/frame.ts';
import type { DicomElement, ImageHeader, Inspection } from '../protocol.ts';
import { decodeDicom, inspectDicom, readDicomElements, readDicomHeader } from './dicom/index.ts';
import { sniff } from './sniff.ts';
import { summarize } from './summarize.ts';

/** Loaded with its native library when the first picture comes: most folders hold DICOM alone. */
const raster = () => import('./raster/index.ts');

/** Header alone; the pixels are not read. Throws `file.*`, `image.*`, `dicom.*`. */
export async function readHeader(path: string): Promise<ImageHeader> {
  return (await sniff(path)) === 'dicom' ? readDicomHeader(path) : (await raster()).readRasterHeader(path);
}

/** Elements for the tag browser; other formats than DICOM have none. Throws `file.*`, `image.*`, `dicom.*`. */
export async function readElements(path: string): Promise<DicomElement[]> {
  return (await sniff(path)) === 'dicom' ? readDicomElements(path) : [];
}

/** One frame, counted from 0, as it is shown and classified. Throws `file.*`, `image.*`, `dicom.*`. */
export async function decodeFrame(path: string, frame: number): Promise<Frame> {
  return (await sniff(path)) === 'dicom' ? decodeDicom(path, frame) : (await raster()).decodeRaster(path, frame);
}

/** Header and stored values of the first frame. Never throws: what is wrong stands in `error`. */
export async function inspect(path: string): Promise<Inspection> {
  const about = { schema: 1, file: basename(path) } as const;
  try {
    const report = (await sniff(path)) === 'dicom' ? await inspectDicom(path) : await inspectRaster(path);
    return { ...about, ...report };
  } catch (error) {
    if (!(error instanceof HifuseError)) throw error;
    return { ...about, header: {}, frame0: null, error: toErrorValue(error) };
  }
}

async function inspectRaster(path: string): Promise<Omit<Inspection, 'schema' | 'file'>> {
  const { readRasterHeader, decodeRaster } = await raster();
  const { format, rows, columns, frames } = await readRasterHeader(path);
  const header = { Format: format, Rows: rows, Columns: columns, NumberOfFrames: frames };
  try {
    const frame = await decodeRaster(path);
    const shape = frame.colour === 'rgb' ? [frame.rows, frame.columns, 3] : [frame.rows, frame.columns];
    return { header, frame0: summarize(frame.pixels, shape), error: null };
  } catch (error) {
    return { header, frame0: null, error: toErrorValue(error) };
  }
}
