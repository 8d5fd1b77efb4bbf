import type { NightOfScores } from '@lvra/ledger';
import type { Manifest } from './manifest.js';
import { sum } from './stability.js';

/** The bins if the manifest names none: tenths. */
const TENTHS = Array.from({ length: 11 }, (_, at) => at / 10);

/** Fewer scores of a night are not significant: with ten bins, chance alone gives an index of 0.05. */
export const FEWEST_SCORES = 200;

/** If the manifest has no distribution of scores, this many nights before give it. */
export const NIGHTS_BEFORE = 7;

/** The bins in which a model's scores are counted. */
export function edgesOf({ scores }: Pick<Manifest, 'scores'>): readonly number[] {
  return scores?.edges ?? TENTHS;
}

/**
 * What a night's scores are held against: the shares at import, or else the counts of the nights before it.
 *
 * @param before the nights before, newest first
 * @returns undefined without enough of either
 */
export function expectedSpread(
  { scores }: Pick<Manifest, 'scores'>,
  before: readonly NightOfScores[],
): readonly number[] | undefined {
  return scores?.shares ?? sumHistograms(before.slice(0, NIGHTS_BEFORE).map(({ counts }) => counts));
}

/** The sum of the counts of several nights; undefined if they are too few. */
function sumHistograms(nights: readonly (readonly number[])[]): number[] | undefined {
  const [first, ...others] = nights;
  const total = first?.map((count, bin) => count + sum(others.map((counts) => counts[bin] as number)));
  return total && sum(total) >= FEWEST_SCORES ? total : undefined;
}
