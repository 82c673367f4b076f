/** How far an image is from those that a model was trained on, in units of what is usual among them. */
import { conformalQuantile, quantile } from '../statistics/quantile.ts';
import { fitGaussian, squaredDistance, type Gaussian } from '../statistics/mahalanobis.ts';
import { FEATURE_GROUPS, flatShare, type FeatureGroup, type Features } from './features.ts';
import { CELLS } from './pixels.ts';
import { reason, type Reason } from '../warnings.ts';

export type PerGroup<T> = Readonly<Record<FeatureGroup, T>>;

/** What a package says of the images it was trained on. */
export interface Reference {
  groups: PerGroup<Gaussian>;
  /** Mahalanobis distances beyond which an image is unusual. */
  thresholds: PerGroup<number>;
}

/** Weight of the identity in the covariances: a tenth did best of 0.01, 0.05, 0.1 and 0.3 on validation images. */
const SHRINKAGE = 0.1;

export const perGroup = <T>(value: (group: FeatureGroup) => T): PerGroup<T> => ({
  network: value('network'),
  layout: value('layout'),
  texture: value('texture'),
  flatness: value('flatness'),
});

const distance = (gaussian: Gaussian, features: ArrayLike<number>): number =>
  Math.sqrt(squaredDistance(gaussian, features));

/** Share of images beyond which a group's distance is unusual in itself; sets what the groups weigh against one another. */
const GROUP_SHARE = 0.99;

/**
 * Each group's distance is measured in units of its own 99 % quantile; of the largest of these numbers, the quantile `share` is
 * the common threshold.
 *
 * @param reference of training images
 * @param others images in neither training nor test, for the thresholds
 * @param share of images like `others` that are usual in every group, 0..1
 */
export function fitReference(reference: readonly Features[], others: readonly Features[], share: number): Reference {
  const groups = perGroup((group) =>
    fitGaussian(
      reference.map((features) => features[group]),
      SHRINKAGE,
    ),
  );
  const units = perGroup((group) => {
    const distances = others.map((features) => distance(groups[group], features[group]));
    // Never below the usual distance of so many normal features: a reference that does not vary at all has none.
    return Math.max(quantile(distances, GROUP_SHARE), Math.sqrt(groups[group].mean.length));
  });
  const scores = others.map((features) => oodScore(deviations({ groups, thresholds: units }, features)));
  const common = conformalQuantile(scores, share);
  return { groups, thresholds: perGroup((group) => units[group] * common) };
}

/** Distance over threshold per group: above 1 is unusual. */
export function deviations({ groups, thresholds }: Reference, features: Features): PerGroup<number> {
  return perGroup((group) => distance(groups[group], features[group]) / thresholds[group]);
}

/** One number for all: the largest deviation of a group. */
export const oodScore = (found: PerGroup<number>): number => Math.max(...FEATURE_GROUPS.map((group) => found[group]));

/** How unusual an image is, and why as far as can be told: a negative, a turned one, blurred or noisy, or just unusual. */
export function assess(reference: Reference, features: Features): { score: number; reasons: Reason[] } {
  const found = deviations(reference, features);
  const reasons = [
    ...(found.layout > 1 ? [layoutReason(reference, features.layout)] : []),
    ...(found.network > 1 ? [reason('pixels.unusual')] : []),
    ...(found.texture > 1 ? [reason('pixels.texture')] : []),
    ...(found.flatness > 1 ? [reason('pixels.flat', { percent: Math.round(100 * flatShare(features.flatness)) })] : []),
  ];
  return { score: oodScore(found), reasons };
}

type Layout = ArrayLike<number>;

const SIDE = CELLS;
const rearranged = (from: (y: number, x: number) => number) => (layout: Layout) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => layout[from(Math.floor(i / SIDE), i % SIDE)]!);
const LAST = SIDE - 1;

/** What undoes a change that people make of images, and the change; degrees are clockwise. */
const UNDOINGS: readonly { undo: (layout: Layout) => Layout; is: () => Reason }[] = [
  { undo: (layout) => Float32Array.from(layout, (value) => -value), is: () => reason('pixels.inverted') },
  ...(
    [
      [90, rearranged((y, x) => x * SIDE + (LAST - y))],
      [180, rearranged((y, x) => (LAST - y) * SIDE + (LAST - x))],
      [270, rearranged((y, x) => (LAST - x) * SIDE + y)],
    ] as const
  ).map(([degrees, undo]) => ({ undo, is: () => reason('pixels.turned', { degrees }) })),
];

/** The change whose undoing makes the layout usual, if there is one. */
function layoutReason({ groups, thresholds }: Reference, layout: Layout): Reason {
  const undone = UNDOINGS.map(({ undo, is }) => ({
    is,
    deviation: distance(groups.layout, undo(layout)) / thresholds.layout,
  }));
  const best = undone.reduce((a, b) => (b.deviation < a.deviation ? b : a));
  return best.deviation <= 1 ? best.is() : reason('pixels.layout');
}
