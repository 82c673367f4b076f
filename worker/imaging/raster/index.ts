/** JPEG, PNG, TIFF, BMP and WebP files: header and frames. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HifuseError } from '../../../models/errors.ts';
import type { Frame } from '../../../models/imaging/frame.ts';
import { fileError, requireFile } from '../../file-errors.ts';
import type { ImageHeader } from '../../protocol.ts';
import { LIMITS } from '../limits.ts';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { rasterFormat, type RasterFormat } from './format.ts';
import { pictureFrame, type Picture } from './pixels.ts';
import { decodePicture, readPictureHeader } from './sharp-image.ts';

export { rasterFormat, type RasterFormat } from './format.ts';

/** Bytes that tell the format. */
const SIGNATURE_BYTES = 64;

/** Headers of pictures hold nothing about the patient or the study. */
const NOTHING_KNOWN = {
  frameTime: null,
  modality: '',
  bodyPart: '',
  viewPosition: '',
  patientName: '',
  patientId: '',
  patientBirthDate: '',
  patientSex: '',
  patientAge: '',
  studyUid: '',
  studyDate: '',
  studyTime: '',
  studyDescription: '',
  seriesUid: '',
  seriesNumber: null,
  seriesDescription: '',
  sopInstanceUid: '',
  instanceNumber: null,
  plane: null,
} as const;

interface Size {
  rows: number;
  columns: number;
  frames: number;
}

function checkSize({ rows, columns }: Size, name: string): void {
  if (rows * columns <= LIMITS.pixelsPerFrame) return;
  const limit = Math.floor(LIMITS.pixelsPerFrame / 1e6);
  throw new HifuseError(
    'image.too-large',
    `${name} has ${columns} x ${rows} pixels, more than the limit of ${limit} million. Scale it down first.`,
  );
}

/** A file's first bytes. Throws `file.not-found`, `file.unreadable`. */
async function firstBytes(path: string): Promise<Uint8Array> {
  const name = basename(path);
  try {
    requireFile(name, await stat(path));
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(name, error);
  }
}

function formatOf(path: string, firstBytes: Uint8Array): RasterFormat {
  const format = rasterFormat(firstBytes);
  if (format) return format;
  throw new HifuseError('image.unknown-format', `${basename(path)} is no JPEG, PNG, TIFF, BMP or WebP file.`);
}

/** Runs a decoder; whatever it throws that is not ours means that the file is damaged. */
async function decoding<T>(name: string, format: RasterFormat, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!;
    throw new HifuseError(
      'image.corrupt',
      `${name} is damaged or cut off and cannot be shown (${format.toUpperCase()}: ${reason}). Get the file again.`,
    );
  }
}

/**
 * Header of a picture file. Rows and columns are as displayed, frames are a TIFF's or WebP's pages.
 * Throws `file.*`, `image.unknown-format`, `image.corrupt`, `image.too-large`.
 */
export async function readRasterHeader(path: string): Promise<ImageHeader> {
  const name = basename(path);
  const format = formatOf(path, await firstBytes(path));
  const size: Size = await decoding(name, format, async () =>
    format === 'bmp' ? readBmpHeader(await readBounded(path)) : readPictureHeader(path, 0),
  );
  checkSize(size, name);
  return { path, format, rows: size.rows, columns: size.columns, frames: size.frames, ...NOTHING_KNOWN };
}

/** The whole file, if it is not too large to be held. */
async function readBounded(path: string): Promise<Uint8Array> {
  const name = basename(path);
  try {
    const status = await stat(path);
    requireFile(name, status);
    if (status.size <= LIMITS.pictureFileBytes) return await readFile(path);
  } catch (error) {
    throw fileError(name, error);
  }
  const limit = Math.floor(LIMITS.pictureFileBytes / 2 ** 20);
  throw new HifuseError('file.too-large', `${name} is larger than ${limit} MB, the limit for a picture file.`);
}

/**
 * One frame (page, counted from 0) of a picture file, as displayed: EXIF orientation applied, no ICC conversion in
 * `pixels`. Throws `file.*`, `image.*`; a file that ends early is an error, never a half grey picture.
 */
export async function decodeRaster(path: string, frame = 0): Promise<Frame> {
  const name = basename(path);
  const bytes = await readBounded(path);
  const format = formatOf(path, bytes.subarray(0, SIGNATURE_BYTES));
  const picture: Picture = await decoding(name, format, async () => {
    if (format === 'bmp') {
      const header = readBmpHeader(bytes);
      checkFrame(frame, header, name);
      return decodeBmp(bytes);
    }
    const first = await readPictureHeader(bytes, 0);
    checkFrame(frame, first, name);
    const header = frame === 0 ? first : await readPictureHeader(bytes, frame);
    checkSize(header, name);
    return decodePicture(bytes, format, frame, header);
  });
  return pictureFrame(picture);
}

function checkFrame(frame: number, size: Size, name: string): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= size.frames) {
    throw new HifuseError('image.no-such-frame', `${name} has ${size.frames} frame(s); there is no frame ${frame}.`);
  }
  checkSize(size, name);
}
