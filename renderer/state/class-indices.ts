/** The class list of a training run, as the released code writes it: {"0": "name", ...} or {"name": 0, ...}. */

const MOST_CLASSES = 1000;

/** Names in the model's order. Throws an Error that says what is wrong with the file. */
export function classNamesOf(json: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error('The class list is no JSON. Choose the class_indices.json of the training run.');
  }
  if (Array.isArray(value)) return checked(value.map((name, index) => [index, name]));
  if (typeof value !== 'object' || value === null) throw new Error('The class list must be a JSON object.');
  const pairs = Object.entries(value).map(([key, entry]): [unknown, unknown] =>
    typeof entry === 'number' ? [entry, key] : [Number(key), entry],
  );
  return checked(pairs);
}

function checked(pairs: [unknown, unknown][]): string[] {
  if (pairs.length === 0 || pairs.length > MOST_CLASSES)
    throw new Error(`The class list must name 1 to ${MOST_CLASSES} classes.`);
  const names = new Array<string>(pairs.length);
  for (const [index, name] of pairs) {
    if (typeof name !== 'string' || name.trim() === '') throw new Error('The class list holds a name that is no text.');
    if (
      typeof index !== 'number' ||
      !Number.isInteger(index) ||
      index < 0 ||
      index >= pairs.length ||
      names[index] !== undefined
    ) {
      throw new Error(`The class list must number its classes from 0 to ${pairs.length - 1}, each once.`);
    }
    names[index] = name;
  }
  return names;
}
