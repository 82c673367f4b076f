/** What the network answered to an image whose class is known. */
export interface Labelled {
  /** One per class, as the network gives them. */
  logits: readonly number[];
  /** Index of the class that is true. */
  label: number;
}

/** The same with probabilities, calibrated or not. */
export interface LabelledProbabilities {
  probabilities: readonly number[];
  label: number;
}
