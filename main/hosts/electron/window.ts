import { app, BrowserWindow, dialog, screen, type Rectangle } from 'electron';
import { boolean, fields, integer } from '../../../models/schema.ts';
import type { Texts } from '../../../models/texts/texts.ts';
import { productName } from '../../about.ts';
import { PATHS } from '../../paths.ts';
import { INDEX } from './page.ts';

/** Milliseconds after which a window shows, whatever became of its page. */
const SHOW_MS = 5000;
/** A page that ends more often than so many times in so many milliseconds is not loaded again without being asked. */
const RELOADS = 3;
const RELOADS_WITHIN_MS = 60_000;

const DEFAULT_SIZE = { width: 1440, height: 900 };
const LEAST_SIZE = { width: 900, height: 600 };

/** Of a screen's pixels. */
const FARTHEST = 100_000;

/** Where a window was last, as the store keeps it. */
export const placeSchema = fields({
  x: integer(-FARTHEST, FARTHEST),
  y: integer(-FARTHEST, FARTHEST),
  width: integer(1, FARTHEST),
  height: integer(1, FARTHEST),
  maximized: boolean(),
});

export type WindowPlace = Rectangle & { maximized: boolean };

export interface PlaceStore {
  get(): WindowPlace | null;
  put(place: WindowPlace): void;
}

/** A place is used again only where a screen still shows it: screens are unplugged. */
function visiblePlace(place: WindowPlace | null): WindowPlace | null {
  if (!place) return null;
  const shown = screen.getAllDisplays().some(({ workArea }) => {
    const width = Math.min(place.x + place.width, workArea.x + workArea.width) - Math.max(place.x, workArea.x);
    const height = Math.min(place.y + place.height, workArea.y + workArea.height) - Math.max(place.y, workArea.y);
    return width >= LEAST_SIZE.width / 2 && height >= LEAST_SIZE.height / 2;
  });
  return shown ? place : null;
}

/** The application's window; it shows when it has something to show, and after {@link SHOW_MS} in any case. */
export function openWindow({ t }: Texts, places: PlaceStore): BrowserWindow {
  const place = visiblePlace(places.get());
  const { maximized = false, ...bounds } = place ?? { maximized: false };
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...bounds,
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    show: false,
    backgroundColor: '#101418',
    title: productName,
    webPreferences: {
      preload: PATHS.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      // The slices go on playing, and results arriving, behind other windows.
      backgroundThrottling: false,
    },
  });
  const show = (): void => {
    clearTimeout(late);
    if (window.isDestroyed() || window.isVisible()) return;
    if (maximized) window.maximize();
    window.show();
  };
  const late = setTimeout(show, SHOW_MS);
  window.once('ready-to-show', show);
  window.once('closed', () => {
    clearTimeout(late);
  });
  window.on('close', () => {
    places.put({ ...window.getNormalBounds(), maximized: window.isMaximized() });
  });

  let ends: number[] = [];
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = Date.now();
    ends = [...ends.filter((time) => now - time < RELOADS_WITHIN_MS), now];
    if (ends.length <= RELOADS) window.webContents.reload();
    else void offerReload();
  });
  const offerReload = async (): Promise<void> => {
    show();
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: t('desktop:page-ends-again'),
      detail: t('desktop:page-ends-again-detail'),
      buttons: [t('desktop:load-again'), t('desktop:quit')],
      defaultId: 0,
      cancelId: 1,
    });
    if (window.isDestroyed()) return;
    if (response !== 0) {
      app.quit();
      return;
    }
    ends = [];
    window.webContents.reload();
  };
  void window.loadURL(INDEX).catch(show);
  return window;
}
