/**
 * A person name (PS3.5 6.2.1) for the reader: 'Family, Given Middle, Prefix, Suffix' of the alphabetic group, the
 * ideographic and phonetic ones in parentheses.
 */
export function formatPersonName(value: string): string {
  const [alphabetic = '', ...others] = value.split('=').map(formatGroup);
  const rest = others.filter((group) => group !== '');
  if (alphabetic === '') return rest.join(', ');
  return rest.length === 0 ? alphabetic : `${alphabetic} (${rest.join(', ')})`;
}

function formatGroup(group: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  return [family, [given, middle].filter(Boolean).join(' '), prefix, suffix].filter(Boolean).join(', ');
}
