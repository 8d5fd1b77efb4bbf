import { quantile } from '@lvra/core';

/** The middle of the values; the mean of the middle two of an even number. @throws RangeError if there are none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return quantile(sorted, 0.5);
}
