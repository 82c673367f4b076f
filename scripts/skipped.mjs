/** What tests were skipped and why, as the end of `npm test` tells it. */
import path from 'node:path';

/** What a skipped test wants, told by what its file asks for before it runs. */
const REASONS = [
  ['HIFUSE_LONG=1 (npm run test:long)', /HIFUSE_LONG|\bLONG\b|isLong/],
  ['reference data beside the project (../shared)', /shared\//],
  ['strace', /\bstrace\b/],
  ['the programs as built (npm run build)', /workerEntry|built\b|dist\//],
  ["Electron's binary", /electron/i],
  ['another system or device', /platform|webgpu|cuda/i],
];

/** The reason is read off the condition in the file: vitest reports none. */
export function reasonOf(source) {
  const found = REASONS.filter(([, pattern]) => pattern.test(source)).map(([reason]) => reason);
  return found.length > 0 ? found.join(', or ') : 'unknown';
}

/** Skipped unit tests per file: [{file, count}]. */
export function skippedUnits({ testResults }, root) {
  return testResults.flatMap(({ name, assertionResults }) => {
    const count = assertionResults.filter(
      ({ status }) => status === 'pending' || status === 'skipped' || status === 'todo',
    ).length;
    return count > 0 ? [{ file: path.relative(root, name).split(path.sep).join('/'), count }] : [];
  });
}

/** Skipped specs per file: [{file, count}]. */
export function skippedSpecs({ suites }) {
  const counts = new Map();
  const visit = (suite) => {
    for (const spec of suite.specs ?? []) {
      const isSkipped = spec.tests.every(({ status }) => status === 'skipped');
      if (isSkipped) counts.set(spec.file, (counts.get(spec.file) ?? 0) + 1);
    }
    suite.suites?.forEach(visit);
  };
  suites.forEach(visit);
  return [...counts].map(([file, count]) => ({ file: `e2e/${file}`, count }));
}

/** Lines of a table: how many, where, and what they want. */
export function table(rows) {
  if (rows.length === 0) return ['Nothing was skipped.'];
  const width = Math.max(...rows.map(({ file }) => file.length));
  return [
    'Skipped:',
    ...rows.map(({ file, count, reason }) => `  ${String(count).padStart(4)}  ${file.padEnd(width)}  wants ${reason}`),
  ];
}
