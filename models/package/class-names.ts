/** Names of classes, as a training run hands them over and as people read them. */
import { HifuseError, type ErrorDetails } from '../errors.ts';

/** Classes of one model; more are no list of classes. */
export const MOST_CLASSES = 1000;

/**
 * Reads the class list of a training run: `{"0": "name", ...}` as the released code writes it, `{"name": 0, ...}`, or a
 * plain list.
 *
 * @returns names in the model's order
 * @throws HifuseError `request.invalid`, saying what is wrong with the list
 */
export function classNamesOf(json: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalid({ reason: 'classes-json' });
  }
  if (Array.isArray(value)) return inOrder(value.map((name, index) => [index, name]));
  if (typeof value !== 'object' || value === null) throw invalid({ reason: 'classes-object' });
  const pairs = Object.entries(value).map(([key, entry]): [unknown, unknown] =>
    typeof entry === 'number' ? [entry, key] : [Number(key), entry],
  );
  return inOrder(pairs);
}

/** 'bacterial_pneumonia' -> 'Bacterial pneumonia'; 'COVID-19' stays. */
export function displayNameOf(name: string): string {
  const words = name.replaceAll(/_+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function inOrder(pairs: [unknown, unknown][]): string[] {
  if (pairs.length === 0 || pairs.length > MOST_CLASSES) {
    throw invalid({ reason: 'classes-count', most: MOST_CLASSES });
  }
  const names = new Array<string>(pairs.length);
  for (const [index, name] of pairs) {
    if (typeof name !== 'string' || name.trim() === '') throw invalid({ reason: 'classes-text' });
    const fits = Number.isInteger(index) && (index as number) >= 0 && (index as number) < pairs.length;
    if (!fits || names[index as number] !== undefined) {
      throw invalid({ reason: 'classes-order', last: pairs.length - 1 });
    }
    names[index as number] = name;
  }
  return names;
}

const invalid = (details: ErrorDetails<'request.invalid'>): HifuseError => new HifuseError('request.invalid', details);
