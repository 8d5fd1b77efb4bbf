import type { AdditiveModel } from './additive.js';

/** A weighted sum of columns. What a feature adds is its weights times how far its columns are from the background's mean. */
export class LinearModel implements AdditiveModel {
  readonly #weights: Float64Array;
  readonly #featureOf: readonly number[];
  readonly #features: number;

  /**
   * @param weights one a column
   * @param featureOf the feature that each column was made of
   * @param features how many there are
   */
  constructor(weights: Float64Array, featureOf: readonly number[], features: number) {
    this.#weights = weights;
    this.#featureOf = featureOf;
    this.#features = features;
  }

  valueOf(row: Float64Array): number {
    return this.#weights.reduce((sum, weight, column) => sum + weight * (row[column] as number), 0);
  }

  contributionsOf(row: Float64Array, background: readonly Float64Array[]): Float64Array {
    const contributions = new Float64Array(this.#features);
    this.#weights.forEach((weight, column) => {
      const mean = background.reduce((sum, other) => sum + (other[column] as number), 0) / background.length;
      contributions[this.#featureOf[column] as number]! += weight * ((row[column] as number) - mean);
    });
    return contributions;
  }
}
