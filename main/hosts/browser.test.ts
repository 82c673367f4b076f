import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { openInBrowser, type Launch } from './browser.ts';

const ADDRESS = 'http://127.0.0.1:4711/secret-token/';

it('leads the browser to the address by a private file: the token stands in no argument', () => {
  const launch = vi.fn<Launch>();
  const remove = openInBrowser(ADDRESS, vi.fn(), launch);
  const [command, args] = launch.mock.calls[0]!;
  expect([command, ...args].join(' ')).not.toMatch(/secret-token|4711/);
  const file = args.at(-1)!;
  expect(readFileSync(file, 'utf8')).toContain(`url=${ADDRESS}"`);
  if (process.platform !== 'win32') {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  }
  remove();
  expect(existsSync(path.dirname(file))).toBe(false);
  remove();
});

it('lies where packed browsers can read, and removes what a killed run left there', () => {
  if (process.platform !== 'linux') return;
  vi.stubEnv('HOME', mkdtempSync(path.join(tmpdir(), 'hifuse-home-')));
  const home = process.env['HOME']!;
  for (const [name, file] of [
    ['hifuse-viewer-abcdef', 'open.html'],
    ['hifuse-viewer-mineee', 'notes.txt'],
  ] as const) {
    mkdirSync(path.join(home, name));
    writeFileSync(path.join(home, name, file), '');
    utimesSync(path.join(home, name, file), 0, 0);
  }
  const launch = vi.fn<Launch>();
  const remove = openInBrowser(ADDRESS, vi.fn(), launch);
  const folder = path.dirname(launch.mock.calls[0]![1].at(-1)!);
  expect([path.dirname(folder), path.basename(folder).startsWith('.')]).toEqual([home, false]);
  expect(readdirSync(home).sort()).toEqual([path.basename(folder), 'hifuse-viewer-mineee'].sort());
  remove();
  rmSync(home, { recursive: true });
  vi.unstubAllEnvs();
});

it('tells where no browser can be started, and leaves no file', async () => {
  let file = '';
  const failed = await new Promise<boolean>((resolve) => {
    openInBrowser(
      ADDRESS,
      () => {
        resolve(true);
      },
      (_command, args, onError) => {
        file = args.at(-1)!;
        onError();
      },
    );
  });
  expect(failed).toBe(true);
  expect(existsSync(file)).toBe(false);
});
