import type { Settings, StudiesUpdate } from '../../main/ipc/contract.ts';
import { loadModel, type AppState } from './app-state.ts';
import { runMenuCommand } from './commands.ts';

/**
 * Listens to main, from before the connection stands so that nothing is missed, and loads what the first screen needs.
 * Answers how to stop listening.
 */
export async function startApp(app: AppState): Promise<() => void> {
  const { about, batch, client, files, language, measurements, models, panes, settings, studies, tasks, worker } = app;
  const stops = [
    client.subscribe('studies.changed', (update) => takeStudies(app, update)),
    client.subscribe('opening', ({ firstImageId }) => panes.active.show(firstImageId)),
    client.subscribe('worker.status', (status) => worker.update(status)),
    client.subscribe('batch.progress', (state) => batch.update(state)),
    client.subscribe('settings.changed', (value) => takeSettings(app, value)),
    client.subscribe('measurements.changed', ({ image }) => void measurements.refresh(image)),
    client.subscribe('tasks.changed', (running) => tasks.update(running)),
    client.subscribe('command', ({ name }) => runMenuCommand(app, name)),
  ];
  await Promise.all([about.load(), settings.load(), models.load(), studies.ready]);
  if (settings.value) await language.use(settings.value.language);
  void loadModel(app);
  // A first start shows the samples behind the notice, so that there is something to try.
  if (studies.isEmpty && settings.value && !settings.value.noticeAccepted) await files.openSamples();
  return () => stops.forEach((stop) => stop());
}

function takeStudies({ forget, panes, studies }: AppState, update: StudiesUpdate): void {
  for (const imageId of studies.apply(update)) forget(imageId);
  panes.reconcile();
}

function takeSettings(app: AppState, value: Settings): void {
  void app.language.use(value.language);
  if (!app.settings.update(value)) return;
  app.predictions.clear();
  app.panes.modelChanged();
  void loadModel(app);
}
