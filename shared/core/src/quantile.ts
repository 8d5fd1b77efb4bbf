/**
 * The value below which a share of the sorted values lies, between neighbours in proportion: 0.5 is the median.
 *
 * @throws RangeError if there are no values
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new RangeError('a quantile of no values');
  return below + (above - below) * (at - Math.floor(at));
}
