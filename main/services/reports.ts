import path from 'node:path';
import sharp from 'sharp';
import { isWithheld } from '../../models/doubt/verdict.ts';
import { HifuseError } from '../../models/errors.ts';
import type { Presentation } from '../../models/imaging/presentation.ts';
import { imageKey } from '../../models/measure/measurement.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { NO_REVIEW, type Review } from '../../models/review.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { ModelSelection, Prediction } from '../../worker/protocol.ts';
import type { Host } from '../hosts/host.ts';
import type { Api } from '../ipc/contract.ts';
import { reportedResult } from '../report/attachment.ts';
import { reportContent, type ReportFacts, type SingleTemplate } from '../report/content.ts';
import { renderOverlay } from '../report/overlay.ts';
import type { PaperName } from '../report/paper.ts';
import type { ReportPictures } from '../report/pictures.ts';
import { renderReport } from '../report/render.ts';
import type { Requests } from './classify.ts';
import type { KeptPrediction } from './predictions.ts';

/** Longest side of a picture: 300 dpi at its size on the page. */
const MAX_SIZE = 1100;

export interface ReportOptions {
  /** What is reported, with heat maps. */
  prediction: Prediction;
  /** What made it. */
  model: ModelSelection;
  manifest: Manifest;
  /** For people; without its folder. */
  name: string;
  /** False leaves out whatever tells whose image it is. */
  names: boolean;
  /** Whose heat map; null: of the most probable class. */
  classIndex: number | null;
  /** How the image is displayed. */
  presentation: Presentation;
  /** 0..1; 0 leaves the heat map out. */
  overlayOpacity: number;
  /** The reader asked to see the answer although the image is outside of what the model is meant for. */
  shownAnyway: boolean;
  review: Review;
  /** What readers drew on an image, by its key; null: nothing is printed of it. */
  drawnOn: ((image: string) => Api['measurements.list']['result']) | null;
  template: SingleTemplate;
  paper: PaperName;
  /** In the language of the report. */
  texts: Texts;
  createdAt: Date;
  signal?: AbortSignal;
}

/**
 * Makes the report of a prediction.
 * @returns the PDF
 * @throws HifuseError `image.changed` where the file is no longer what was classified; otherwise as the decoder does
 */
export async function createReport(requests: Requests, options: ReportOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { prediction, model, classIndex, presentation, paper, texts, drawnOn, signal, ...rest } = options;
  const withheld = isWithheld(prediction.verdict, options.shownAnyway);
  const overlayOpacity = withheld ? 0 : options.overlayOpacity;
  const explained = classIndex ?? prediction.top1;
  const [pictures, input] = await Promise.all([
    renderOverlay(requests, prediction, {
      classIndex: explained,
      presentation,
      opacity: overlayOpacity,
      maxSize: MAX_SIZE,
      ...(signal ? { signal } : {}),
    }),
    pictureOfInput(requests, prediction, model, signal),
  ]);
  const facts = {
    ...rest,
    drawn: drawnOf(drawnOn, pictures.header.sopInstanceUid, prediction),
    prediction,
    header: pictures.header,
    classIndex: overlayOpacity > 0 ? explained : null,
    shown: { presentation, window: pictures.window, edges: pictures.edges, spacing: pictures.spacing },
    overlayOpacity,
  };
  const attachment = reportedResult(facts);
  return renderReport(reportContent(facts, texts), { ...pictures, input }, { paper, attachment });
}

/** What was drawn on the very pixels that were classified. */
function drawnOf(
  drawnOn: ReportOptions['drawnOn'],
  sopInstanceUid: string,
  { image: { frame }, content: { sha256 } }: Prediction,
): ReportFacts['drawn'] {
  if (!drawnOn) return { measurements: [], isKey: false };
  const { measurements, keyFrames } = drawnOn(imageKey(sopInstanceUid, sha256));
  return {
    measurements: measurements.filter((one) => one.frame === frame && one.contentSha256 === sha256),
    isKey: keyFrames.includes(frame),
  };
}

/** What the network received. @throws HifuseError `image.changed` */
async function pictureOfInput(
  requests: Requests,
  { image, content }: Prediction,
  model: ModelSelection,
  signal?: AbortSignal,
): Promise<ReportPictures['input']> {
  const received = await requests.request('model.input', { ...image, model }, signal ? { signal } : {});
  if (received.content.sha256 !== content.sha256) {
    throw new HifuseError('image.changed', { file: path.basename(image.path) });
  }
  const { rgb, width, height } = received;
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, width, height };
}

export interface ReportsDependencies {
  requests: Requests;
  /** What an image's id stands for. @throws HifuseError where it was closed */
  image(imageId: string): { name: string };
  /** A prediction that was shown. @throws HifuseError `prediction.gone` */
  prediction(predictionId: string): KeptPrediction;
  drawnOn: NonNullable<ReportOptions['drawnOn']>;
  saveFile: Host['saveFile'];
  /** In the language that the settings choose. */
  texts(): Promise<Texts>;
  now?: () => Date;
}

/** 'save report' of the app: prints what was shown. */
export class Reports {
  readonly #with: ReportsDependencies;

  constructor(dependencies: ReportsDependencies) {
    this.#with = dependencies;
  }

  async save({ predictionId, ...shown }: Api['reports.save']['params']) {
    const { requests, image, saveFile, now } = this.#with;
    const { imageId, prediction, model } = this.#with.prediction(predictionId);
    const name = path.posix.basename(image(imageId).name);
    const { manifest } = await requests.request('model.load', model);
    if (manifest.weights.sha256 !== prediction.model.weightsSha256) {
      throw new HifuseError('prediction.gone', { reason: 'model-changed' });
    }
    const pdf = await createReport(requests, {
      ...shown,
      prediction,
      model,
      manifest,
      name,
      review: NO_REVIEW,
      drawnOn: this.#with.drawnOn,
      template: 'page',
      paper: 'a4',
      texts: await this.#with.texts(),
      createdAt: now?.() ?? new Date(),
    });
    const stem = shown.names ? path.posix.parse(name).name : 'hifuse';
    return saveFile(`${stem} report.pdf`, 'application/pdf', pdf);
  }
}
