import { indexOfLargest } from '../hifuse/probabilities.ts';
import type { LabelledProbabilities } from '../statistics/labelled.ts';
import { rank, type Ranking } from '../statistics/ranking.ts';

/** What a model said of one image whose class is known. */
export interface Case extends LabelledProbabilities {
  /** What belongs together and is never independent: the patient. */
  group: string;
}

/** Cases laid out for measuring them again and again with other weights. */
export interface PreparedCases {
  classCount: number;
  truth: Int32Array;
  /** Index of the most probable class; the first of equals. */
  predicted: Int32Array;
  /** Whether that is the true one. */
  right: boolean[];
  /** Probability of the most probable class. */
  confidence: Float64Array;
  /** Probability of the true class. */
  ofTruth: Float64Array;
  /** Per class: whether a case belongs to it, and the cases by its probability. */
  belongs: Uint8Array[];
  rankings: Ranking[];
  /** Cases of each group. */
  groups: Int32Array[];
}

/**
 * @param cases at least one; a label is an index below `classCount`
 * @throws RangeError where a case does not fit
 */
export function prepareCases(cases: readonly Case[], classCount: number): PreparedCases {
  if (cases.length === 0) throw new RangeError('There are no cases to measure.');
  for (const { label, probabilities } of cases) {
    const fits = probabilities.length === classCount && probabilities.every((p) => p >= 0 && p <= 1);
    if (!fits || !Number.isInteger(label) || label < 0 || label >= classCount) {
      throw new RangeError(`A case does not fit ${classCount} classes.`);
    }
  }
  const predicted = Int32Array.from(cases, ({ probabilities }) => indexOfLargest(probabilities));
  const classes = Array.from({ length: classCount }, (_, c) => c);
  const groups = new Map<string, number[]>();
  for (const [i, { group }] of cases.entries()) {
    const members = groups.get(group);
    if (members) members.push(i);
    else groups.set(group, [i]);
  }
  return {
    classCount,
    truth: Int32Array.from(cases, ({ label }) => label),
    predicted,
    right: cases.map(({ label }, i) => predicted[i] === label),
    confidence: Float64Array.from(cases, ({ probabilities }, i) => probabilities[predicted[i]!]!),
    ofTruth: Float64Array.from(cases, ({ probabilities, label }) => probabilities[label]!),
    belongs: classes.map((c) => Uint8Array.from(cases, ({ label }) => (label === c ? 1 : 0))),
    rankings: classes.map((c) => rank(Float64Array.from(cases, ({ probabilities }) => probabilities[c]!))),
    groups: [...groups.values()].map((members) => Int32Array.from(members)),
  };
}
