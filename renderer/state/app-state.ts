import { createContext } from 'svelte';
import type { Client } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { About } from './about.svelte.ts';
import { Batch } from './batch.svelte.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { FileActions } from './file-actions.ts';
import { FrameCache } from './frame-cache.ts';
import { FramePredictions } from './frame-predictions.svelte.ts';
import { LocalTexts } from './local-texts.svelte.ts';
import { Measurements } from './measurements.svelte.ts';
import { Models } from './models.svelte.ts';
import { Panes } from './panes.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { ReportState } from './report-state.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { StudyTree } from './study-tree.svelte.ts';
import { RunningTasks } from './tasks.svelte.ts';
import { textsWithoutNames } from './texts-without-names.ts';
import { Thumbnails } from './thumbnails.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { UploadQueue } from './upload-queue.svelte.ts';
import { WorkerState } from './worker.svelte.ts';

/** Everything that components share, made once per window and handed down by context. */
export interface AppState {
  client: Client;
  about: About;
  batch: Batch;
  dialogs: Dialogs;
  files: FileActions;
  /** Drops what is kept of an image. */
  forget: (imageId: string) => void;
  frames: FrameCache;
  /** The language of the texts. */
  language: LocalTexts;
  measurements: Measurements;
  models: Models;
  panes: Panes;
  predictions: FramePredictions;
  preferences: Preferences;
  report: ReportState;
  settings: SettingsState;
  studies: StudyTree;
  tasks: RunningTasks;
  texts: Texts;
  thumbnails: Thumbnails;
  toasts: Toasts;
  uploads: UploadQueue;
  worker: WorkerState;
}

export const [getApp, setApp] = createContext<AppState>();

export function createApp(client: Client): AppState {
  const preferences = new Preferences();
  const language = new LocalTexts();
  const texts = textsWithoutNames(language, () => !preferences.names);
  const batch = new Batch(client, preferences, texts);
  const dialogs = new Dialogs();
  const frames = new FrameCache(client);
  const models = new Models(client);
  const predictions = new FramePredictions(client);
  const studies = new StudyTree(client, texts);
  const toasts = new Toasts(texts);
  const thumbnails = new Thumbnails(client);
  const uploads = new UploadQueue(client);
  const forget = (imageId: string): void => {
    frames.forget(imageId);
    predictions.forget(imageId);
    thumbnails.forget(imageId);
  };
  const forgetChanged = (imageId: string): void => {
    forget(imageId);
    toasts.show('info', texts.t('window:file.reread'));
  };
  return {
    client,
    about: new About(client),
    batch,
    dialogs,
    forget,
    files: new FileActions({ batch, client, dialogs, studies, texts, toasts, uploads }),
    frames,
    language,
    measurements: new Measurements(client, (error) => toasts.show('error', texts.error(error))),
    models,
    panes: new Panes({ studies, frames, predictions, models, forgetChanged }),
    predictions,
    preferences,
    report: new ReportState(client, preferences, texts),
    settings: new SettingsState(client),
    studies,
    tasks: new RunningTasks(),
    texts,
    thumbnails,
    toasts,
    uploads,
    worker: new WorkerState(),
  };
}

/** Asks for the chosen model; what is on the screen is classified once it is loaded. */
export async function loadModel({ models, panes }: AppState): Promise<void> {
  await models.refreshInfo();
  panes.classifySoon();
}
