import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds package.json, models/ and dist/: above this file in the sources as in dist/. */
export const applicationRoot = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('The installation is incomplete: package.json is missing.');
    folder = parent;
  }
  return folder;
})();

const { productName, version } = JSON.parse(readFileSync(path.join(applicationRoot, 'package.json'), 'utf8')) as {
  productName: string;
  version: string;
};

export { productName, version };

/** As results and reports name what made them. */
export const software = `${productName} ${version}`;

/** Said in the window, the report and every file of results. */
export const NOTICE = 'For research use only. Not a medical device. Not for diagnosis or treatment.';
