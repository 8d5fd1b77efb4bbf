import type { Random } from '@lvra/core';
import { isReal, type Truth } from './truth.js';

export const FEWEST_SOURCES = 2;
/** And one more if the object appears again. */
export const MOST_SOURCES = 89;

/** Medians and logarithmic scatters at which the mean over all alerts is `REFERENCE_MEAN` (measured). */
const REAL = { median: 14, scatter: 1.05 };
const BOGUS = { median: 5, scatter: 0.9 };
const REFERENCE_MEAN = 13.5;

/**
 * The mean grows as this power of the medians (measured from 4 to 30): because of the limits, and of objects that were
 * not bright for long enough.
 */
const GROWTH = 0.82;

/** How many sources an alert has: artefacts recur less often than real objects, but the two overlap. */
export class SourceCounts {
  private readonly scale: number;

  /** @throws RangeError if the mean is outside 4 to 30, beyond which the limits prevent it */
  constructor(mean: number) {
    if (!(mean >= 4 && mean <= 30)) throw new RangeError(`meanSources ${mean} is not from 4 to 30`);
    this.scale = Math.exp(Math.log(mean / REFERENCE_MEAN) / GROWTH);
  }

  draw(truth: Truth, random: Random): number {
    const { median, scatter } = isReal(truth) ? REAL : BOGUS;
    const count = Math.round(random.logNormal(median * this.scale, scatter));
    return Math.min(Math.max(count, FEWEST_SOURCES), MOST_SOURCES);
  }
}
