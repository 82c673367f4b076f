import { intendedUseReasons, type ImageFacts } from '../intended-use.ts';
import type { Manifest } from '../package/manifest.ts';
import { assess, type Reference } from './deviation.ts';
import { featuresOf } from './features.ts';
import { describePixels } from './pixels.ts';
import { pixelReasons } from './pixel-checks.ts';
import { reason } from '../warnings.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** What there is to judge an image by. */
export interface Evidence {
  /** What its file says. */
  facts: ImageFacts;
  /** What the network received: 224 x 224, interleaved, 0..255. */
  rgb: Uint8Array;
  /** What it made of that: means of the fused maps of all stages, see models/hifuse/network.ts. */
  pooled: ArrayLike<number>;
}

/**
 * The one place where an image is judged: by what the file says, by what the pixels are, and by how unusual both the pixels and
 * the network's features are among the images that the model was trained on.
 *
 * @param reference null where the model's package has no statistics: no image is then `inside`
 */
export function judge(intended: Manifest['intended'], reference: Reference | null, evidence: Evidence): Verdict {
  const stated = intendedUseReasons(intended, evidence.facts);
  const pixels = describePixels(evidence.rgb);
  const seen = pixelReasons(intended, pixels);
  if (!reference) return verdictOf([...stated, ...seen, reason('model.no-statistics')], null);
  const { score, reasons } = assess(reference, featuresOf(pixels, evidence.pooled));
  return verdictOf([...stated, ...seen, ...reasons], score);
}
