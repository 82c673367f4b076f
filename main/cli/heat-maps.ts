import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UNCHANGED } from '../../models/imaging/presentation.ts';
import type { Prediction } from '../../worker/protocol.ts';
import { renderOverlay } from '../report/overlay.ts';
import type { Requests } from '../services/classify.ts';
import { writeFailed } from './output.ts';

/** Longest side of the pictures. */
const MAX_SIZE = 2048;
const OPACITY = 0.6;

/**
 * Writes the image with the heat map of its most probable class as `<folder>/<label>.heatmap.png`.
 * @returns the file
 * @throws HifuseError `file.write-failed`
 */
export async function writeHeatMap(
  requests: Requests,
  prediction: Prediction,
  folder: string,
  label: string,
  signal: AbortSignal,
): Promise<string> {
  const file = path.join(folder, `${label}.heatmap.png`);
  const { overlay } = await renderOverlay(requests, prediction, {
    classIndex: prediction.top1,
    presentation: UNCHANGED,
    opacity: OPACITY,
    maxSize: MAX_SIZE,
    signal,
  });
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, overlay);
  } catch (error) {
    throw writeFailed(file, error);
  }
  return file;
}
