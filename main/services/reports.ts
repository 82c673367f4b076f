import path from 'node:path';
import { english } from '../../models/texts/texts.ts';
import { fromErrorValue } from '../../models/errors.ts';
import type { ImageSource, ModelSelection, Prediction } from '../../worker/protocol.ts';
import type { Host } from '../hosts/host.ts';
import type { Api } from '../ipc/contract.ts';
import { reportContent } from '../report/content.ts';
import { renderOverlay } from '../report/overlay.ts';
import { renderReport } from '../report/render.ts';
import type { Requests } from './classify.ts';

/** Longest side of a picture: 300 dpi at its size on the page. */
const MAX_SIZE = 1100;

export interface ReportOptions {
  source: ImageSource;
  /** For people; without its folder. */
  name: string;
  model: ModelSelection;
  /** Whose heat map; null: of the most probable class. */
  classIndex: number | null;
  /** As displayed; null: as the file asks. */
  window: { center: number; width: number } | null;
  /** 0..1; 0 leaves the heat map out. */
  overlayOpacity: number;
  createdAt: Date;
  signal?: AbortSignal;
}

/**
 * Classifies an image and makes its report.
 * @throws HifuseError as the decoder, the model or the engine does
 */
export async function createReport(
  requests: Requests,
  { source, name, model, classIndex, window, overlayOpacity, createdAt, signal }: ReportOptions,
): Promise<{ pdf: Uint8Array<ArrayBuffer>; prediction: Prediction }> {
  const options = signal ? { signal } : {};
  const { manifest } = await requests.request('model.load', model, options);
  const [outcome] = await requests.request('model.classify', { images: [source], model, heatMaps: true }, options);
  if (!outcome?.ok) throw fromErrorValue(outcome?.error ?? { code: 'internal', details: { reason: 'no-answer' } });
  const { prediction } = outcome;
  const header = await requests.request('image.header', { path: source.path }, options);
  const explained = classIndex ?? prediction.top1;
  const pictures = await renderOverlay(requests, prediction, {
    classIndex: explained,
    window,
    opacity: overlayOpacity,
    maxSize: MAX_SIZE,
    ...options,
  });
  const facts = {
    name,
    header,
    prediction,
    manifest,
    classIndex: overlayOpacity > 0 ? explained : null,
    window,
    overlayOpacity,
    createdAt,
  };
  return { pdf: await renderReport(reportContent(facts, english), pictures), prediction };
}

export interface ReportsDependencies {
  requests: Requests;
  /** What an image's id stands for. @throws HifuseError where it was closed */
  image(imageId: string): { name: string; path: string };
  /** The model of the settings. */
  model(): Promise<ModelSelection>;
  saveFile: Host['saveFile'];
  now?: () => Date;
}

/** 'save report' of the app. */
export class Reports {
  readonly #with: ReportsDependencies;

  constructor(dependencies: ReportsDependencies) {
    this.#with = dependencies;
  }

  async save({ imageId, frame, classIndex, window, overlayOpacity }: Api['reports.save']['params']) {
    const { requests, image, model, saveFile, now } = this.#with;
    const { name, path: file } = image(imageId);
    const { pdf } = await createReport(requests, {
      source: { path: file, frame },
      name: path.posix.basename(name),
      model: await model(),
      classIndex,
      window,
      overlayOpacity,
      createdAt: now?.() ?? new Date(),
    });
    const stem = path.posix.parse(path.posix.basename(name)).name;
    return saveFile(`${stem} report.pdf`, 'application/pdf', pdf);
  }
}
