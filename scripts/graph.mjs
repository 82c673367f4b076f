/**
 * npm run graph: draws which folder imports which into docs/import-graph.md, and fails where modules import in a circle.
 * --check: looks for circles alone, types included; a part of `npm run lint`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cruise } from 'dependency-cruiser';
import { inRoot, main, StepError } from './tools.mjs';

const FOLDERS = ['models', 'worker', 'main', 'renderer'];

async function modulesOf() {
  const { forbidden, options } = JSON.parse(await readFile(inRoot('.dependency-cruiser.json'), 'utf8'));
  const { output } = await cruise(FOLDERS, { ...options, ruleSet: { forbidden }, validate: true });
  return output;
}

/** `worker/engines/onnx/graph.ts` -> `worker/engines`; a file of the top level belongs to its folder. */
const folderOf = (source) => source.split('/').slice(0, -1).slice(0, 2).join('/');

/** Mermaid reads slashes as a part of a shape. */
const idOf = (folder) => folder.replaceAll('/', '_');

/** A Mermaid flowchart of folders, grouped by the four parts. */
function draw({ modules }) {
  const arrows = new Set();
  const folders = new Set();
  for (const { source, dependencies } of modules.filter((one) => FOLDERS.includes(one.source.split('/')[0]))) {
    const from = folderOf(source);
    folders.add(from);
    for (const { resolved } of dependencies) {
      const to = folderOf(resolved);
      if (FOLDERS.includes(to.split('/')[0]) && to !== from) arrows.add(`  ${idOf(from)} --> ${idOf(to)}`);
    }
  }
  const groups = FOLDERS.map((part) => {
    const members = [...folders].filter((folder) => folder.split('/')[0] === part).sort();
    return [
      `  subgraph ${part}-part [${part}]`,
      ...members.map((folder) => `    ${idOf(folder)}["${folder}"]`),
      '  end',
    ].join('\n');
  });
  return ['```mermaid', 'flowchart LR', ...groups, ...[...arrows].sort(), '```'].join('\n');
}

await main(async () => {
  const output = await modulesOf();
  const circles = output.summary.violations.map(({ cycle = [], from }) =>
    [from, ...cycle.map(({ name }) => name)].join(' -> '),
  );
  if (circles.length > 0) throw new StepError(`Modules that import each other:\n${circles.join('\n')}`);
  if (process.argv.includes('--check')) return 0;
  const text = [
    '# Which folder imports which',
    '',
    'Drawn by `npm run graph`, types included, tests left out. No module imports itself by way of others: `npm run lint` sees to',
    'that.',
    '',
    draw(output),
    '',
  ];
  await writeFile(inRoot('docs', 'import-graph.md'), text.join('\n'));
  console.log(
    `${output.summary.totalCruised} modules, ${output.summary.totalDependenciesCruised} imports, no circle: docs/import-graph.md`,
  );
  return 0;
});
