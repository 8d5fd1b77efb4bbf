/** The middle of the values; the mean of the middle two of an even number. @throws RangeError where there are none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)];
  const below = sorted[Math.ceil(middle) - 1];
  if (above === undefined || below === undefined) throw new RangeError('the median of no values');
  return (above + below) / 2;
}

/**
 * The value below which a share of the sorted values lies, by nearest rank: a value that was really seen.
 *
 * @throws RangeError where there are none
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('a percentile of no values');
  return value;
}
