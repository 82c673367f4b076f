/** Sheets, type and colours of the report; measures in points. */
import type { Style } from './typesetter.ts';

export const PAPERS = { a4: { width: 595.28, height: 841.89 }, letter: { width: 612, height: 792 } } as const;
export type PaperName = keyof typeof PAPERS;
export const PAPER_NAMES = Object.keys(PAPERS) as readonly PaperName[];

export const MARGIN = 42;
export const GUTTER = 16;
/** Of the footer's rule and its two lines. */
export const FOOTER_HEIGHT = 30;

/** The part of a sheet that is written on. */
export interface Area {
  left: number;
  right: number;
  top: number;
  /** Where the footer begins. */
  bottom: number;
  width: number;
  /** Of one of two columns. */
  half: number;
}

export function areaOf(paper: PaperName): Area {
  const { width, height } = PAPERS[paper];
  const inner = width - 2 * MARGIN;
  return {
    left: MARGIN,
    right: width - MARGIN,
    top: MARGIN,
    bottom: height - MARGIN - FOOTER_HEIGHT + 12,
    width: inner,
    half: (inner - GUTTER) / 2,
  };
}

const INK = '#1c2430';
const MUTED = '#5b6675';
export const RULE = '#d5dbe3';
export const ACCENT = '#1f5fa8';
export const BAR = '#9db8d6';
export const TRACK = '#edf1f6';
export const BACKDROP = '#0b0e12';
export const WARNING = { fill: '#fff6e5', edge: '#b26a00', text: '#6b3f00' } as const;

export const STYLES = {
  title: { size: 17, weight: 700, colour: INK },
  section: { size: 9.5, weight: 700, colour: INK },
  body: { size: 8.5, weight: 400, colour: INK },
  strong: { size: 8.5, weight: 700, colour: INK },
  label: { size: 8, weight: 400, colour: MUTED },
  small: { size: 7.2, weight: 400, colour: MUTED },
  fine: { size: 7.2, weight: 400, colour: INK },
  verdict: { size: 12, weight: 700, colour: INK },
  warning: { size: 8.2, weight: 400, colour: WARNING.text },
  notice: { size: 9.5, weight: 700, colour: WARNING.text },
  onPicture: { size: 8, weight: 700, colour: '#ffd166' },
} as const satisfies Record<string, Style>;
