/** Electron entry: puts the desktop application together; or runs one command without a window. */
import { app, type BrowserWindow } from 'electron';
import { dieWithoutPatientData } from '../worker/last-words.ts';
import { productName } from './about.ts';
import { COMMANDS } from './cli/commands.ts';
import { runCli } from './cli.ts';
import { compose } from './compose.ts';
import {
  connectWindow,
  electronHost,
  lockDown,
  openWindow,
  registerScheme,
  serveRenderer,
  setMenu,
} from './hosts/electron.ts';
import { createServer } from './ipc/server.ts';
import { userArguments } from './launch-arguments.ts';
import { defaultDataDirectory } from './paths.ts';

dieWithoutPatientData();
app.setName(productName);
app.setPath('userData', defaultDataDirectory());

const launch = userArguments(process.argv, app.isPackaged);
const asksForCommand = COMMANDS.some(({ name }) => name === launch.all[0]) || launch.all[0] === '--version';

if (asksForCommand) void runCommand();
else if (app.requestSingleInstanceLock()) runApplication();
else app.quit();

/** `hifuse-viewer classify ...`: as the hifuse command, on Electron's own inference process. */
async function runCommand(): Promise<void> {
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
  let window: BrowserWindow | null = null;
  const services = compose(electronHost(() => window));
  const server = createServer(services);
  const openFiles = async (paths: readonly string[]): Promise<void> => {
    await app.whenReady();
    await services.studies.open(paths, { listFailures: true });
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
    lockDown();
    serveRenderer();
    connectWindow(() => window, server);
    setMenu((name) => {
      services.events.emit({ topic: 'command', event: { name } });
    });
    services.inference.start();
    window = openWindow();
    await openFiles(launch.files);
  });
}
