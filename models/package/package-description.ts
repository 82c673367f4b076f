import { JsonFields } from './json-fields.ts';
import type { Manifest } from './manifest.ts';
import { parseClasses, parseId, parseIntended, parsePreprocessing, parseTraining } from './parse-manifest.ts';

/** What goes into a manifest and a checkpoint cannot tell. */
export interface PackageDescription {
  id: string;
  name: string;
  version: string;
  license: string;
  classes: Manifest['classes'];
  preprocessing: Manifest['preprocessing'];
  intended: Manifest['intended'];
  training: Manifest['training'];
  doubleSigmoid: boolean;
  /** Markdown; empty: to be made from the rest. */
  modelCard: string;
}

/**
 * Checks what a person, a wizard or a command line said about a checkpoint.
 *
 * @throws HifuseError `request.invalid`, naming the field
 */
export function parsePackageDescription(options: unknown): PackageDescription {
  const fields = new JsonFields(options, 'The import', 'request.invalid');
  return {
    id: parseId(fields),
    name: fields.string('name', { minimum: 1, maximum: 200 }),
    version: fields.string('version', { minimum: 1, maximum: 50 }),
    license: fields.string('license', { minimum: 1, maximum: 1000 }),
    classes: parseClasses(fields),
    preprocessing: parsePreprocessing(fields.object('preprocessing')),
    intended: parseIntended(fields.object('intended')),
    training: parseTraining(fields.object('training')),
    doubleSigmoid: fields.boolean('doubleSigmoid'),
    modelCard: fields.string('modelCard', { maximum: 500_000 }),
  };
}
