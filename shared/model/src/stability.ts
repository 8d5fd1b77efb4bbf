/** The least share, so that an empty bin does not make the index infinite. */
const LEAST_SHARE = 1e-4;

/**
 * Population stability index of counts against the shares that were expected: the sum over the bins of (actual -
 * expected) * ln(actual / expected). Below 0.1 the two count as the same population, above 0.25 as different ones
 * (Siddiqi, Credit Risk Scorecards, 2006; Yurdakul, Statistical Properties of PSI, 2018).
 *
 * For n scores of the same population it is (bins - 1) / n on average, so small samples mean little.
 */
export function populationStability(expected: readonly number[], counts: readonly number[]): number {
  const total = sum(counts);
  const expectedTotal = sum(expected);
  return sum(
    counts.map((count, bin) => {
      const actual = Math.max(count / total, LEAST_SHARE);
      const share = Math.max((expected[bin] as number) / expectedTotal, LEAST_SHARE);
      return (actual - share) * Math.log(actual / share);
    }),
  );
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
