/** One written form of a person's name (PN) 'Family^Given^Middle^Prefix^Suffix' -> 'Family, Given Middle'. */
function nameForm(form: string): string {
  const [family = '', given = '', middle = ''] = form.split('^').map((part) => part.trim());
  return [family, [given, middle].filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

/** DICOM person name (PN) with its alphabetic, ideographic and phonetic forms -> 'Yamada, Tarou (山田, 太郎)'. */
export function personName(text: string): string {
  const [first, ...others] = text.split('=').map(nameForm).filter(Boolean);
  if (first === undefined) return '';
  return others.length > 0 ? `${first} (${others.join('; ')})` : first;
}
