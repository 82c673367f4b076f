import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Inspection } from '../../protocol.ts';

type Frame0 = NonNullable<Inspection['frame0']> & { samples: number[]; agreed: string[] };

/** What independent decoders found in a file of the corpus (its README says how). */
export interface Expected {
  transferSyntax: string;
  hasPixels: boolean;
  NumberOfFrames?: number;
  frame0?: Frame0;
  frame0OtherDecoder?: Frame0;
  [keyword: string]: unknown;
}

const FOLDER = fileURLToPath(new URL('../../../../shared/dicom/', import.meta.url));

export const hasCorpus = existsSync(`${FOLDER}expected.json`);

/** Files of the corpus of others' DICOM files: name, path, what to expect. Empty where it is absent. */
export function corpus(): { name: string; path: string; expected: Expected }[] {
  if (!hasCorpus) return [];
  const all = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Record<string, Expected>;
  return Object.entries(all).map(([name, expected]) => ({ name, path: FOLDER + name, expected }));
}
