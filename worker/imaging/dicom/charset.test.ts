import { describe, expect, test } from 'vitest';
import { decodeText } from './charset.ts';
import { formatPersonName } from './person-name.ts';

/** Bytes of a text whose escapes are written as ESC and whose other bytes as \xNN. */
const bytes = (text: string) => Uint8Array.from(text.replaceAll('ESC', '\x1b'), (letter) => letter.charCodeAt(0));

describe('text', () => {
  // The names are the examples of DICOM PS3.5, annexes H (Japanese), I (Korean), J (Chinese) and K.
  test.each([
    ['Latin-1', ['ISO_IR 100'], 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['Cyrillic', ['ISO_IR 144'], '\xbb\xee\xdace\xdc\xd1yp\xd3', 'Люкceмбypг'],
    ['Greek', ['ISO_IR 126'], '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
    ['Hebrew', ['ISO_IR 138'], '\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4', 'שרון^דבורה'],
    ['Thai', ['ISO_IR 166'], '\xb9\xd2', 'นา'],
    ['UTF-8', ['ISO_IR 192'], 'Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1', 'Wang^XiaoDong=王^小東'],
    ['GB18030', ['GB18030'], 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab', 'Wang^XiaoDong=王^小东'],
    ['GBK', ['GBK'], '\xcd\xf5', '王'],
    [
      'Japanese with escapes, JIS X 0208',
      ['', 'ISO 2022 IR 87'],
      'Yamada^Tarou=ESC$B;3EDESC(B^ESC$BB@O:ESC(B=ESC$B$d$^$@ESC(B^ESC$B$?$m$&ESC(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'Japanese with half-width katakana first',
      ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=ESC$B;3EDESC(J^ESC$BB@O:ESC(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎',
    ],
    ['Korean', ['', 'ISO 2022 IR 149'], 'Hong^Gildong=ESC$)C\xfb\xf3^ESC$)C\xd1\xce\xd4\xd7', 'Hong^Gildong=洪^吉洞'],
    [
      'Chinese with escapes',
      ['', 'ISO 2022 IR 58'],
      'Zhang^XiaoDong=ESC$)A\xd5\xc5^ESC$)A\xd0\xa1\xb6\xab',
      'Zhang^XiaoDong=张^小东',
    ],
    ['JIS X 0212', ['', 'ISO 2022 IR 159'], 'ESC$(D\x30\x21ESC(B', '丂'],
    ['a delimiter ends an escape', ['ISO 2022 IR 100', 'ISO 2022 IR 144'], 'ESC-L\xbb\xee^\xe9', 'Лю^é'],
    ['an unknown set is read as Latin-1', ['ISO_IR 999'], '\xe9', 'é'],
    ['an unknown escape does no harm', [''], 'aESC%Gb', 'a%Gb'],
  ])('%s', (_, terms, encoded, expected) => {
    expect(decodeText(bytes(encoded), terms)).toBe(expected);
  });
});

test.each([
  ['Doe^John', 'Doe, John'],
  ['Adams^John Robert Quincy^^Rev.^B.A. M.Div.', 'Adams, John Robert Quincy, Rev., B.A. M.Div.'],
  ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada, Tarou (山田 太郎, やまだ たろう)'],
  ['=山田^太郎', '山田 太郎'],
  ['Doe', 'Doe'],
  ['', ''],
])('person name %s', (value, expected) => {
  expect(formatPersonName(value)).toBe(expected);
});
