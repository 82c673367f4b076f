/** How a value representation (DICOM PS3.5 6.2) stands in a file. One table instead of branches. */
export interface ValueRepresentation {
  kind: 'text' | 'number-text' | 'number' | 'tag' | 'bytes' | 'sequence';
  /** Bytes of one value, where fixed. */
  size: number;
  /** Two reserved bytes and a length of four bytes follow the VR in explicit syntaxes. */
  longLength: boolean;
  /** Fills to even length. */
  pad: number;
  /** Backslash separates values. */
  multiple: boolean;
  /** Text follows Specific Character Set. */
  localized: boolean;
}

const SPACE = 0x20;

const text = (options: Partial<ValueRepresentation> = {}): ValueRepresentation => ({
  kind: 'text',
  size: 1,
  longLength: false,
  pad: SPACE,
  multiple: true,
  localized: false,
  ...options,
});
const number = (size: number, longLength = false): ValueRepresentation => ({
  kind: 'number',
  size,
  longLength,
  pad: 0,
  multiple: true,
  localized: false,
});
const bytes = (size: number): ValueRepresentation => ({
  kind: 'bytes',
  size,
  longLength: true,
  pad: 0,
  multiple: false,
  localized: false,
});

export const VALUE_REPRESENTATIONS: Readonly<Record<string, ValueRepresentation>> = {
  AE: text(),
  AS: text(),
  AT: { kind: 'tag', size: 4, longLength: false, pad: 0, multiple: true, localized: false },
  CS: text(),
  DA: text(),
  DS: text({ kind: 'number-text' }),
  DT: text(),
  FD: number(8),
  FL: number(4),
  IS: text({ kind: 'number-text' }),
  LO: text({ localized: true }),
  LT: text({ multiple: false, localized: true }),
  OB: bytes(1),
  OD: bytes(8),
  OF: bytes(4),
  OL: bytes(4),
  OV: bytes(8),
  OW: bytes(2),
  PN: text({ localized: true }),
  SH: text({ localized: true }),
  SL: number(4),
  SQ: { kind: 'sequence', size: 1, longLength: true, pad: 0, multiple: false, localized: false },
  SS: number(2),
  ST: text({ multiple: false, localized: true }),
  SV: number(8, true),
  TM: text(),
  UC: text({ longLength: true, localized: true }),
  UI: text({ pad: 0 }),
  UL: number(4),
  UN: bytes(1),
  UR: text({ longLength: true, multiple: false }),
  US: number(2),
  UT: text({ longLength: true, multiple: false, localized: true }),
  UV: number(8, true),
};
