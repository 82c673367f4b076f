import type { Architecture } from './architecture.ts';

/** What tells the published sizes of HiFuse apart. */
interface Size {
  width: number;
  depths: Architecture['depths'];
  heads: Architecture['heads'];
}

/** The published sizes, and nano: tiny at a third of its width. */
const VARIANTS = {
  nano: { width: 32, depths: [2, 2, 2, 2], heads: [1, 2, 4, 8] },
  tiny: { width: 96, depths: [2, 2, 2, 2], heads: [3, 6, 12, 24] },
  small: { width: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] },
  base: { width: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] },
} as const satisfies Record<string, Size>;

export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as readonly VariantName[];

/** Side of the network's square input, in pixels. */
export const INPUT_SIZE = 224;

/** Side of an attention window in every variant. */
const WINDOW = 7;

/** The architecture of a variant with the IRMLP of the paper (`depthwise`) or of the released code (`dense`). */
export function architectureOf(variant: VariantName, irmlp: Architecture['irmlp']): Architecture {
  return { ...VARIANTS[variant], window: WINDOW, irmlp, doubleSigmoid: false };
}

/** The variant whose width, depths and heads these are, or `custom`. */
export function variantOf(architecture: Pick<Architecture, 'width' | 'depths' | 'heads'>): VariantName | 'custom' {
  const key = (size: Size) => [size.width, ...size.depths, ...size.heads].join();
  return VARIANT_NAMES.find((name) => key(VARIANTS[name]) === key(architecture)) ?? 'custom';
}
