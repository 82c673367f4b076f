/** Measures (in points), colours and type of the report's page. */
import type { Style } from './typesetter.ts';

/** A4 in points. */
export const PAGE = { width: 595.28, height: 841.89, margin: 42 } as const;
export const LEFT = PAGE.margin;
export const RIGHT = PAGE.width - PAGE.margin;
export const WIDTH = RIGHT - LEFT;
export const GUTTER = 16;
export const HALF = (WIDTH - GUTTER) / 2;
export const FOOTER_TOP = PAGE.height - PAGE.margin - 18;

const INK = '#1c2430';
const MUTED = '#5b6675';
export const RULE = '#d5dbe3';
export const ACCENT = '#1f5fa8';
export const BAR = '#9db8d6';
export const TRACK = '#edf1f6';
export const WARNING = { fill: '#fff6e5', edge: '#b26a00', text: '#6b3f00' } as const;

export const STYLES = {
  title: { size: 17, weight: 700, colour: INK },
  section: { size: 9.5, weight: 700, colour: INK },
  body: { size: 8.5, weight: 400, colour: INK },
  strong: { size: 8.5, weight: 700, colour: INK },
  label: { size: 8, weight: 400, colour: MUTED },
  small: { size: 7.2, weight: 400, colour: MUTED },
  verdict: { size: 12, weight: 700, colour: INK },
  warning: { size: 8.2, weight: 400, colour: WARNING.text },
  notice: { size: 9.5, weight: 700, colour: WARNING.text },
} as const satisfies Record<string, Style>;
