/**
 * npm test: format, lint, types, unit and end-to-end tests, in one run that goes on after a failure. The last line of the
 * output counts the tests, after a table of what was skipped and why; a check that failed (format, lint, types, or a runner that broke) counts as one failed.
 * --long: the full fuzzing, soak and software-GPU checks too.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { build } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { findElectron, hasDisplay } from './electron.mjs';
import { reasonOf, skippedSpecs, skippedUnits, table } from './skipped.mjs';
import { inRoot, main, node, npm, root, StepError } from './tools.mjs';

const long = process.argv.includes('--long');
const env = long ? { HIFUSE_LONG: '1' } : {};
const UNIT_RESULTS = inRoot('.cache', 'unit.json');
const E2E_RESULTS = inRoot('test-results', 'e2e.json');

const NONE = { passed: 0, failed: 0, skipped: 0 };
const FAILED = { ...NONE, failed: 1 };

/** [{file, count}] of every runner. */
const skippedTests = [];

const heading = (text) => console.log(`\n=== ${text}`);
const readResults = (file) => readFile(file, 'utf8').then(JSON.parse, () => null);

/** A status other than 0 is a failure even where no single test failed. */
const settle = (status, counts) => (status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

async function script(name) {
  return (await npm(['run', '--silent', name])) === 0 ? NONE : FAILED;
}

async function unit() {
  await mkdir(inRoot('.cache'), { recursive: true });
  await rm(UNIT_RESULTS, { force: true });
  const vitest = inRoot('node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${UNIT_RESULTS}`];
  const status = await node([vitest, 'run', ...reporters], { env });
  const results = await readResults(UNIT_RESULTS);
  if (!results) return FAILED;
  skippedTests.push(...skippedUnits(results, root));
  return settle(status, {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  });
}

async function e2e() {
  const chromium = await findChromium();
  if (!chromium) {
    console.error(
      'FAILED: there is no Chromium for the end-to-end tests. Looked for: HIFUSE_CHROMIUM, Playwright’s own, chromium or ' +
        'google-chrome on the PATH; tried: Playwright’s installer, apt-get (as root). Install one and run again.',
    );
    return FAILED;
  }
  console.log(`Chromium: ${chromium.path} (${chromium.how})`);
  return specs({ HIFUSE_CHROMIUM: chromium.path });
}

/**
 * The same specs in the desktop application, where it can run; Electron is optional, so its absence is no failure. With
 * --long they run on the stand-in of e2e/electron-stand-in then; e2e/desktop.spec.ts always does.
 */
async function desktop() {
  const electron = await findElectron({ download: false });
  if (!electron || !hasDisplay()) {
    const chromium = long && (await findChromium());
    if (chromium) return specs({ HIFUSE_E2E_HOST: 'stand-in', HIFUSE_CHROMIUM: chromium.path });
    console.log(`Not run: ${electron ? 'there is no display' : "Electron's binary is not installed"} here.`);
    return NONE;
  }
  return specs({ HIFUSE_E2E_HOST: 'electron', HIFUSE_ELECTRON: electron });
}

async function specs(host) {
  await rm(E2E_RESULTS, { force: true });
  const playwright = inRoot('node_modules', '@playwright', 'test', 'cli.js');
  const status = await node([playwright, 'test'], { env: { ...env, ...host } });
  const results = await readResults(E2E_RESULTS);
  if (!results) return FAILED;
  skippedTests.push(...skippedSpecs(results));
  const { expected, unexpected, flaky, skipped } = results.stats;
  return settle(status, { passed: expected + flaky, failed: unexpected, skipped });
}

const STEPS = [
  ['Format', () => script('format:check')],
  ['Lint', () => script('lint')],
  ['Types', () => script('check')],
  ['Unit tests', unit],
  ['End-to-end tests, in a browser', e2e],
  ['End-to-end tests, in the desktop application', desktop],
];

await main(async () => {
  const total = { ...NONE };
  const broken = [];
  const count = (name, counts) => {
    for (const key of Object.keys(total)) total[key] += counts[key];
    if (counts.failed > 0) broken.push(name);
  };
  heading('Build');
  try {
    await build();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    count('Build', FAILED);
  }
  // Without a build nothing else says anything that could be trusted.
  for (const [name, step] of broken.length > 0 ? [] : STEPS) {
    heading(name);
    count(name, await step());
  }
  const reasons = skippedTests.map(async (row) => ({
    ...row,
    reason: reasonOf(await readFile(inRoot(row.file), 'utf8')),
  }));
  console.log(`\n${table(await Promise.all(reasons)).join('\n')}`);
  console.log(broken.length > 0 ? `\nFailed: ${broken.join(', ')}` : '\nAll is well.');
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return broken.length > 0 ? 1 : 0;
});
