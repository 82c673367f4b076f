/**
 * Runs the benchmarks, bench/*.bench.mjs, and writes their tables to bench/RESULTS.md.
 *
 *   npm run bench                  all
 *   npm run bench -- inference     those whose name contains the word; the other sections stay as they are
 *
 * A benchmark exports `title` and `run()`, which answers with its section in Markdown. It runs what was built (dist).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const RESULTS = join(import.meta.dirname, 'RESULTS.md');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

if (!existsSync(join(import.meta.dirname, '../dist/worker'))) {
  console.error('The benchmarks run what was built: npm run build first.');
  process.exit(2);
}

const files = readdirSync(import.meta.dirname).filter(
  (file) => file.endsWith('.bench.mjs') && (wanted.length === 0 || wanted.some((word) => file.includes(word))),
);
if (files.length === 0) {
  console.error(`No benchmark is called ${wanted.join(' or ')}.`);
  process.exit(2);
}

const sections = readSections();
for (const file of files.sort()) {
  const { title, run } = await import(`./${file}`);
  console.error(`\n${title}`);
  const text = await run();
  console.log(`\n## ${title}\n\n${text}`);
  sections.set(title, `${machine()}\n\n${text.trim()}`);
  writeSections();
}

/** What was measured where, on which day. */
function machine() {
  const day = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${day}, ${cpus()[0].model.trim()}, ${cpus().length} cores, ${memory} GiB, Node ${process.version}, ${process.platform}.`;
}

function readSections() {
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const parts = text.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]));
}

function writeSections() {
  const body = [...sections].sort().map(([title, text]) => `## ${title}\n\n${text}\n`);
  writeFileSync(RESULTS, ['# Results of `npm run bench`\n', ...body].join('\n'));
}
