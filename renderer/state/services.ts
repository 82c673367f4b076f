import { createContext } from 'svelte';
import type { Client } from '../../main/ipc/contract.ts';
import { About } from './about.svelte.ts';
import { Actions } from './actions.svelte.ts';
import { Batch } from './batch.svelte.ts';
import { Cine } from './cine.svelte.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { Display } from './display.svelte.ts';
import { FrameCache } from './frame-cache.ts';
import { Models } from './models.svelte.ts';
import { Overlay } from './overlay.svelte.ts';
import { Predictions } from './predictions.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { Studies } from './studies.svelte.ts';
import { Tasks } from './tasks.svelte.ts';
import { Thumbnails } from './thumbnails.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Uploads } from './uploads.svelte.ts';
import { View } from './view.svelte.ts';
import { WorkerState } from './worker.svelte.ts';

/** Everything that components share, made once per window and handed down by context. */
export interface Services {
  client: Client;
  about: About;
  actions: Actions;
  batch: Batch;
  cine: Cine;
  dialogs: Dialogs;
  display: Display;
  frames: FrameCache;
  models: Models;
  overlay: Overlay;
  predictions: Predictions;
  selection: Selection;
  settings: SettingsState;
  studies: Studies;
  tasks: Tasks;
  thumbnails: Thumbnails;
  toasts: Toasts;
  uploads: Uploads;
  view: View;
  worker: WorkerState;
}

export const [getServices, setServices] = createContext<Services>();

export function createServices(client: Client): Services {
  const studies = new Studies(client);
  const frames = new FrameCache(client);
  const selection = new Selection(studies);
  const parts = {
    client,
    about: new About(client),
    batch: new Batch(client),
    cine: new Cine(selection, frames),
    dialogs: new Dialogs(),
    display: new Display(frames),
    frames,
    models: new Models(client),
    overlay: new Overlay(),
    predictions: new Predictions(client),
    selection,
    settings: new SettingsState(client),
    studies,
    tasks: new Tasks(),
    thumbnails: new Thumbnails(client),
    toasts: new Toasts(),
    uploads: new Uploads(client),
    view: new View(),
    worker: new WorkerState(),
  };
  return { ...parts, actions: new Actions(parts) };
}

/**
 * Listens to main, from before the connection stands so that nothing is missed, and loads what the first screen needs.
 * Answers how to stop listening.
 */
export async function startServices(services: Services): Promise<() => void> {
  const { about, client, actions, batch, models, settings, studies, tasks, worker } = services;
  const stops = [
    client.subscribe('studies.changed', (list) => actions.takeStudies(list)),
    client.subscribe('worker.status', (status) => worker.update(status)),
    client.subscribe('batch.progress', (state) => batch.update(state)),
    client.subscribe('settings.changed', (value) => actions.takeSettings(value)),
    client.subscribe('progress', ({ task, done, total }) => tasks.update(task, done, total)),
    client.subscribe('command', ({ name }) => actions.run(name)),
  ];
  const opened = client.invoke('studies.list', null).then((list) => actions.takeStudies(list));
  await Promise.all([about.load(), settings.load(), models.load(), opened]);
  void models.refreshInfo();
  // A first start shows the samples behind the notice, so that there is something to try.
  if (studies.isEmpty && settings.value && !settings.value.noticeAccepted) await actions.openSamples();
  return () => stops.forEach((stop) => stop());
}
