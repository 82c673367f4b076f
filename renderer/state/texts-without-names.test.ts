import { expect, it } from 'vitest';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { english } from '../../models/texts/texts.ts';
import { textsWithoutNames } from './texts-without-names.ts';

it('tells errors without the name of a file while names are hidden', () => {
  let hidden = true;
  const texts = textsWithoutNames(english, () => hidden);
  const error = toErrorValue(new HifuseError('image.changed', { file: 'Doe_John.dcm' }));
  expect(texts.error(error)).toBe('this file changed since it was shown. Show it again for its prediction.');
  hidden = false;
  expect(texts.error(error)).toContain('Doe_John.dcm');
});
