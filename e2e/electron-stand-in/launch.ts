import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { root } from '../cli.ts';
import type { DesktopApplication } from '../in-electron.ts';

const REGISTER = join(root, 'dist/e2e/electron-stand-in/register.js');

interface Told {
  kind: 'browser' | 'evaluated';
  endpoint?: string;
  id?: number;
  value?: unknown;
  error?: string;
}

export interface StandInOptions {
  env: NodeJS.ProcessEnv;
  /** After the script, as a person gives them. */
  args?: readonly string[];
}

/** main/index.ts as it is, on the stand-in. */
export function forkStandIn({ env, args = [] }: StandInOptions): ChildProcess {
  return fork(join(root, 'dist/main/index.js'), args, {
    env,
    execArgv: ['--import', REGISTER],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

export async function launchStandIn(options: StandInOptions): Promise<DesktopApplication & { process: ChildProcess }> {
  const child = forkStandIn(options);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const waiting = new Map<number, (told: Told) => void>();
  let evaluations = 0;
  const endpoint = new Promise<string>((resolve, reject) => {
    child.on('message', (told: Told) => {
      if (told.kind === 'browser') resolve(told.endpoint!);
      else waiting.get(told.id!)?.(told);
    });
    void ended.then(() => {
      reject(new Error('The application ended before it showed a window.'));
    });
  });
  const browser = await chromium.connectOverCDP(await endpoint);
  const context = browser.contexts()[0]!;
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  await page.waitForURL('https://hifuse.invalid/**');
  return {
    page,
    process: child,
    evaluate: async (run, argument) => {
      const id = ++evaluations;
      const answer = new Promise<Told>((resolve) => waiting.set(id, resolve));
      child.send({ id, source: run.toString(), argument: argument ?? null });
      const { value, error } = await answer;
      if (error !== undefined) throw new Error(error);
      return value as never;
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await browser.close();
    },
  };
}
