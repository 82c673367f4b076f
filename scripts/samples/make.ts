/** npm run samples: writes the sample images into samples/. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeSamples } from './samples.ts';

const folder = path.resolve(process.argv[2] ?? 'samples');
for (const [name, bytes] of await makeSamples()) {
  const file = path.join(folder, ...name.split('/'));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
