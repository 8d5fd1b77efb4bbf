/** What each feature of a row added to its score, against rows that it is compared with. */
export interface Explanation {
  /** What `base`, `value` and `contributions` are in: log-odds where the model has them. */
  readonly unit: 'log-odds' | 'probability';
  /** How many rows it is compared with: those of the background that the model scores. */
  readonly rows: number;
  /** What the model gives the rows that it is compared with, on average. */
  readonly base: number;
  /** What it gives this row: `base` and all contributions. */
  readonly value: number;
  /** The score that follows from `value`: 0 to 1. It is the recorded one to 1e-9, or the explanation is of something else. */
  readonly score: number;
  /** Of each feature, in the order of the manifest. */
  readonly contributions: Float64Array;
}

/** Explains the scores of one model. */
export interface Explainer {
  /**
   * @param row the values of the features in the manifest's order; NaN if missing
   * @param background the rows that it is compared with, as `row`; those that the model does not score are left out
   * @throws CannotExplain if the model does not score the row, or none of the background
   */
  explain(row: Float64Array, background: readonly Float64Array[]): Explanation;
}

/** There is no honest explanation; the message is a sentence for people that says why. */
export class CannotExplain extends Error {
  override readonly name = 'CannotExplain';
}
