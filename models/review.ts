/** What a person who read the image says of it and of the network's answer. */

export const ASSESSMENTS = ['agree', 'disagree', 'unsure'] as const;
/** Of the network's answer. */
export type Assessment = (typeof ASSESSMENTS)[number];

export interface Review {
  assessment: Assessment | null;
  /** In the reader's own words; may have several lines. */
  impression: string;
  /** Name of the reader; needed to sign. */
  reader: string;
  /** The reader stands by the report: without it, it says that nobody reviewed it. */
  signed: boolean;
}

export const NO_REVIEW: Review = { assessment: null, impression: '', reader: '', signed: false };
