import { checkIntendedUse, type ImageKind } from '../../models/intended-use.ts';
import type { Manifest } from '../../models/package/manifest.ts';

/** Where an image is not what the model is meant for, or the file does not say; sentences for the reader. */
export function intendedUseCautions(intended: Manifest['intended'], image: ImageKind): string[] {
  const { mismatches, unknown } = checkIntendedUse(intended, image);
  const outside = mismatches.map(
    ({ what, given, meant }) => `Outside of what the model is meant for: ${what} ${given}, not ${meant}.`,
  );
  if (unknown.length === 0) return outside;
  return [
    ...outside,
    `The file does not give ${unknown.join(', ')}: whether the model is meant for it was not checked.`,
  ];
}
