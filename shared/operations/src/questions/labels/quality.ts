/** The newest score of a labelled object, and what the label says. */
export interface LabelledScore {
  readonly score: number;
  /** Whether it is what the VRA looks for. */
  readonly isPositive: boolean;
}

/** What a threshold does to the labelled objects: those with a score of it or more are taken. */
export interface QualityAt {
  readonly threshold: number;
  readonly taken: number;
  /** The share of the taken ones that are positive; null if none is taken. */
  readonly purity: number | null;
  /** The share of the positive ones that are taken; null if none is positive. */
  readonly completeness: number | null;
}

/** How well scores tell positive objects from others, at every threshold. */
export class Quality {
  readonly positive: number;
  readonly negative: number;
  /** Descending. */
  readonly #scores: Float64Array;
  /** How many of the scores up to each place are positive. */
  readonly #positives: Uint32Array;

  constructor(scores: readonly LabelledScore[]) {
    const sorted = scores.toSorted((a, b) => b.score - a.score);
    let positive = 0;
    this.#scores = Float64Array.from(sorted, ({ score }) => score);
    this.#positives = Uint32Array.from(sorted, ({ isPositive }) => (isPositive ? ++positive : positive));
    this.positive = positive;
    this.negative = sorted.length - positive;
  }

  at(threshold: number): QualityAt {
    // The first place below the threshold.
    let [from, to] = [0, this.#scores.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#scores[middle] as number) >= threshold) from = middle + 1;
      else to = middle;
    }
    return this.#whereTaken(threshold, from);
  }

  /** The lowest threshold, so that of the greatest completeness, that gives at least this purity; null if none does. */
  forPurity(purity: number): QualityAt | null {
    for (let taken = this.#scores.length; taken > 0; taken--) {
      const threshold = this.#scores[taken - 1] as number;
      // Equal scores are taken together.
      if (taken < this.#scores.length && threshold === this.#scores[taken]) continue;
      const found = this.#whereTaken(threshold, taken);
      if ((found.purity as number) >= purity) return found;
    }
    return null;
  }

  #whereTaken(threshold: number, taken: number): QualityAt {
    const right = taken === 0 ? 0 : (this.#positives[taken - 1] as number);
    return {
      ...{ threshold, taken },
      purity: taken === 0 ? null : right / taken,
      completeness: this.positive === 0 ? null : right / this.positive,
    };
  }
}
