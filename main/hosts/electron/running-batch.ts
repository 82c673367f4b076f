/** A batch that runs: the system stays awake, the task bar shows how far it is, and quitting asks first. */
import { app, dialog, powerSaveBlocker, type BrowserWindow } from 'electron';
import type { Texts } from '../../../models/texts/texts.ts';
import { productName } from '../../about.ts';
import type { Services } from '../../compose.ts';

/** A task bar without progress. */
const NONE = -1;

/** @param window of the application; null while there is none */
export function attendBatches(
  { batches, events }: Services,
  { t, number }: Texts,
  window: () => BrowserWindow | null,
): void {
  let blocker: number | null = null;
  let mayQuit = false;
  const isRunning = (): boolean => batches.current()?.state === 'running';

  events.on(({ topic, event }) => {
    if (topic !== 'batch.progress') return;
    const running = event.state === 'running';
    if (running) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
    const shown = window();
    if (!shown || shown.isDestroyed()) return;
    shown.setProgressBar(running ? event.done / Math.max(event.total, 1) : NONE);
    const percent = number((100 * event.done) / Math.max(event.total, 1), 0);
    shown.setTitle(running ? t('desktop:title-of-batch', { percent, name: productName }) : productName);
  });

  const ask = async (): Promise<void> => {
    const batch = batches.current();
    if (batch) {
      const options = {
        type: 'question' as const,
        message: t('desktop:batch-runs'),
        detail: t('desktop:batch-runs-detail', { done: batch.done, total: batch.total }),
        buttons: [t('desktop:go-on'), t('desktop:quit')],
        defaultId: 0,
        cancelId: 0,
      };
      const owner = window();
      const { response } = await (owner ? dialog.showMessageBox(owner, options) : dialog.showMessageBox(options));
      if (response !== 1) return;
      await batches.stop();
    }
    mayQuit = true;
    app.quit();
  };
  let asking = false;
  const hold = (event: { preventDefault(): void }): void => {
    if (mayQuit || !isRunning()) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void ask().finally(() => {
      asking = false;
    });
  };
  app.on('before-quit', hold);
  app.on('browser-window-created', (_, created) => {
    created.on('close', hold);
  });
}
