/** Electron entry: puts the desktop application together; or runs one command without a window. */
import { app, type BrowserWindow } from 'electron';
import { parse } from '../models/schema.ts';
import { loadTexts } from '../models/texts/load.ts';
import { english } from '../models/texts/texts.ts';
import { dieWithoutPatientData } from '../worker/last-words.ts';
import { productName } from './about.ts';
import { COMMANDS } from './cli/commands.ts';
import { runCli } from './cli.ts';
import { compose } from './compose.ts';
import { endWithDialog } from './hosts/electron/fatal.ts';
import { electronHost } from './hosts/electron/host.ts';
import { setMenu } from './hosts/electron/menu.ts';
import { connectWindow, lockDown, registerScheme, serveRenderer } from './hosts/electron/page.ts';
import { attendBatches } from './hosts/electron/running-batch.ts';
import { openWindow, placeSchema, type WindowPlace } from './hosts/electron/window.ts';
import { createServer } from './ipc/server.ts';
import { userArguments } from './launch-arguments.ts';
import { defaultDataDirectory } from './paths.ts';

app.setName(productName);
app.setPath('userData', defaultDataDirectory());

const launch = userArguments(process.argv, app.isPackaged);
const asksForCommand = COMMANDS.some(({ name }) => name === launch.all[0]) || launch.all[0] === '--version';

if (asksForCommand) void runCommand();
else if (app.requestSingleInstanceLock()) runApplication();
else app.quit();

/** `hifuse-viewer classify ...`: as the hifuse command, on Electron's own inference process. */
async function runCommand(): Promise<void> {
  dieWithoutPatientData();
  app.dock?.hide();
  await app.whenReady();
  app.exit(
    await runCli(
      launch.all,
      electronHost(() => null),
    ),
  );
}

function runApplication(): void {
  endWithDialog(defaultDataDirectory(), english);
  let window: BrowserWindow | null = null;
  const services = compose(electronHost(() => window));
  const server = createServer(services);
  const openFiles = async (paths: readonly string[]): Promise<void> => {
    await app.whenReady();
    await services.studies.open(paths, { listFailures: true });
    for (const file of paths) app.addRecentDocument(file);
  };

  registerScheme();
  app.on('second-instance', (_, argv, directory) => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    void openFiles(userArguments(argv, app.isPackaged, directory).files);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void openFiles([path]);
  });
  app.on('window-all-closed', () => {
    app.quit();
  });
  app.on('will-quit', () => {
    services.close();
  });

  void app.whenReady().then(async () => {
    const texts = await loadTexts(services.settings.get().language);
    attendBatches(services, texts, () => window);
    lockDown();
    serveRenderer();
    connectWindow(() => window, server);
    setMenu(texts, (name) => {
      services.events.emit({ topic: 'command', event: { name } });
    });
    services.inference.start();
    const { settings } = services.store;
    window = openWindow(texts, {
      get: () => readPlace(settings.all()['window']),
      put: (place) => {
        settings.put({ window: JSON.stringify(place) });
      },
    });
    await openFiles(launch.files);
  });
}

/** Null where the store has none, or one that makes no sense. */
function readPlace(json: string | undefined): WindowPlace | null {
  if (json === undefined) return null;
  try {
    return parse(placeSchema, JSON.parse(json) as unknown, 'window', 'request.invalid');
  } catch {
    return null;
  }
}
