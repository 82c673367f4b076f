#!/usr/bin/env node
import path from 'node:path';
import { runCommandLine } from './cli/run.ts';
import { isEntry } from './entry.ts';
import type { Host } from './hosts/host.ts';
import { nodeHost } from './hosts/node.ts';
import { PATHS } from './paths.ts';
import { Inference } from './services/inference.ts';
import { Packages } from './services/packages.ts';
import { DEFAULT_SETTINGS, Settings } from './services/settings.ts';
import { hasStore, openStore, type Store } from './store/open.ts';

/** Ctrl-C, a request to end, and a terminal that was closed. A second one ends the process at once. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The hifuse command.
 *
 * @param argv without the program's own name
 * @param host starts the inference process: Electron's own where there is no Node to fork
 * @returns the exit status: 0 all done, 1 some failed, 2 nothing could run, 130 interrupted
 */
export async function runCli(
  argv: readonly string[],
  host: Pick<Host, 'spawnWorker' | 'dataDirectory'> = nodeHost(),
): Promise<number> {
  const inference = new Inference(host);
  const controller = new AbortController();
  const interrupt = (): void => {
    controller.abort();
  };
  let store: Store | null = null;
  const settings = () => {
    // A command that finds none leaves none behind.
    if (hasStore(host.dataDirectory)) store ??= openStore(host.dataDirectory);
    return store ? new Settings(store.settings).get() : DEFAULT_SETTINGS;
  };
  const more: Inference[] = [];
  for (const name of ENDINGS) process.once(name, interrupt);
  try {
    return await runCommandLine(argv, {
      stdout: process.stdout,
      stderr: process.stderr,
      signal: controller.signal,
      language: () => settings().language,
      openServices: () => {
        const packages = new Packages(PATHS.bundledModels, path.join(host.dataDirectory, 'models'));
        const { modelId } = settings();
        return {
          requests: inference,
          processes: (count, threads) => {
            const spawnWorker = () => host.spawnWorker({ threads });
            const made = Array.from({ length: count }, () => new Inference({ spawnWorker }));
            more.push(...made);
            return made;
          },
          packages,
          defaultModel: () => packages.resolve(modelId),
          dataDirectory: host.dataDirectory,
          notices: store?.notices ?? [],
        };
      },
    });
  } finally {
    for (const name of ENDINGS) process.off(name, interrupt);
    for (const one of [inference, ...more]) one.stop();
    (store as Store | null)?.close();
  }
}

if (isEntry(import.meta.url)) {
  process.exitCode = await runCli(process.argv.slice(2));
}
