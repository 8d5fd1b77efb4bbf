/** What a classifier adds up before it makes a probability of it: over trees, or over columns. */
export interface AdditiveModel {
  /** The sum for a row of the classifier's table. */
  valueOf(row: Float64Array): number;

  /**
   * What each feature adds to the sum of a row, as exact Shapley values: those of the game in which a set of features has
   * the row's values and all others have the background row's, on average over the background rows. The columns that were
   * made of one feature move together.
   *
   * @param row of the classifier's table, as each of the background
   * @returns one value a feature
   */
  contributionsOf(row: Float64Array, background: readonly Float64Array[]): Float64Array;
}
