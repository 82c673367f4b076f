/**
 * A person name (PS3.5 6.2.1) for the reader: 'Family, Given Middle, Prefix, Suffix' of the alphabetic group, the
 * ideographic and phonetic ones, whose parts need no comma, in parentheses.
 */
export function formatPersonName(value: string): string {
  const [alphabetic = '', ...others] = value.split('=');
  const latin = formatAlphabetic(parts(alphabetic));
  const rest = others.map((group) => parts(group).filter(Boolean).join(' ')).filter(Boolean);
  if (latin === '') return rest.join(', ');
  return rest.length === 0 ? latin : `${latin} (${rest.join(', ')})`;
}

const parts = (group: string): string[] => group.split('^').map((part) => part.trim());

function formatAlphabetic([family = '', given = '', middle = '', prefix = '', suffix = '']: string[]): string {
  return [family, [given, middle].filter(Boolean).join(' '), prefix, suffix].filter(Boolean).join(', ');
}
