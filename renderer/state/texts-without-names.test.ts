import { expect, it } from 'vitest';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { english } from '../../models/texts/texts.ts';
import { nameless } from '../../models/texts/nameless.ts';
import { textsWithoutNames } from './texts-without-names.ts';

it('tells errors without the name of a file while names are hidden', () => {
  let hidden = true;
  const texts = textsWithoutNames(english, () => hidden);
  const error = toErrorValue(new HifuseError('image.changed', { file: 'Doe_John.dcm' }));
  expect(texts.error(error)).toBe('this file changed since it was shown. Show it again for its prediction.');
  // Of several causes, too.
  const cut = new HifuseError('dicom.corrupt', { reason: 'before-pixels', file: 'Doe_John.dcm' });
  const all = nameless({ ...toErrorValue(cut), cause: [toErrorValue(cut), toErrorValue(cut)] }, 'this');
  expect(JSON.stringify(all)).not.toContain('Doe');
  hidden = false;
  expect(texts.error(error)).toContain('Doe_John.dcm');
});
