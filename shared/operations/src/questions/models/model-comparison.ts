import { quantile, UsageError } from '@lvra/core';
import type { ScoredBy } from '@lvra/ledger';
import { checkNights } from '../../night-range.js';
import type { Look } from '../../open-ledger.js';
import { type Comparison, comparisonOf, type ScorePair } from './compare-models.js';
import { usualThreshold } from './threshold.js';

/** What a page compares: 15 to 20 ms of CPU. `lvra model compare` takes all scores. */
const MOST = { pairs: 3_000, stems: 300 };

/** The shares of pairs below each quantile of the differences. */
export const DIFFERENCE_SHARES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;

export interface ComparisonQuestion {
  readonly first: ScoredBy;
  readonly second: ScoredBy;
  /** YYYYMMDD; by default the last night in which both have scored. */
  readonly from?: string | undefined;
  /** By default the same night as `from`. */
  readonly to?: string | undefined;
  /** By default LOWEST_SCORE of the first's VRA, or 0.5. */
  readonly threshold?: number | undefined;
}

/** How two versions score the same sources, as plain data; of the newest ones, where there are many. */
export interface ModelComparison {
  readonly first: ScoredBy;
  readonly second: ScoredBy;
  readonly from: string | null;
  readonly to: string | null;
  readonly threshold: number;
  /** Why there is nothing to compare, in words; null if there is. */
  readonly why: string | null;
  /** Null if there is nothing to compare. */
  readonly scores: ComparedScores | null;
}

export interface ComparedScores {
  readonly pairs: number;
  readonly objects: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** The oldest stem of which scores were compared. */
  readonly since: string;
  /** Whether there are older stems in these nights, which were not read. */
  readonly isLimited: boolean;
  readonly histograms: readonly [readonly number[], readonly number[]];
  readonly field: readonly (readonly number[])[];
  readonly meanDifference: number;
  readonly meanAbsoluteDifference: number;
  /** Of the differences, one for each of DIFFERENCE_SHARES. */
  readonly quantiles: readonly number[];
  /** How many objects cross the threshold. */
  readonly crossings: { readonly up: number; readonly down: number };
  /** The objects whose newest scores are the widest apart. */
  readonly widest: readonly ObjectScores[];
}

export interface ObjectScores {
  readonly diaObjectId: string;
  readonly diaSourceId: string;
  readonly first: number;
  readonly second: number;
}

/** @throws UsageError if a night is none, or the first is after the last */
export async function modelComparison(look: Look, question: ComparisonQuestion): Promise<ModelComparison> {
  const { first, second } = question;
  const threshold = question.threshold ?? usualThreshold(look.settings, first.vra);
  const night = await lastCommonNight(look, first, second);
  const [from, to] = [question.from ?? question.to ?? night, question.to ?? question.from ?? night];
  const nothing = (why: string): ModelComparison => ({
    ...{ first, second, from: from ?? null, to: to ?? null, threshold, why, scores: null },
  });
  if (first.vra === second.vra && first.version === second.version) return nothing('It is the same version twice.');
  if (from === undefined || to === undefined) return nothing('In no night both of them have scored.');
  checkNights(from, to);
  try {
    const comparison = await comparisonOf(look.ledger.compared, first, second, { from, to, threshold, most: MOST });
    if (comparison.pairs > 0) return { first, second, from, to, threshold, why: null, scores: plain(comparison) };
    return nothing(`None of the newest ${MOST.stems} stems has scores of both.`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return nothing(error.message);
  }
}

/** By the counts of scores, which may lack nights of the Python pipeline. */
async function lastCommonNight({ ledger }: Look, first: ScoredBy, second: ScoredBy): Promise<string | undefined> {
  const nights = async ({ vra, version }: ScoredBy) =>
    (await ledger.scoreCounts.nights({ name: vra, version }, [0, 1], NIGHTS_LOOKED_AT)).map(({ night }) => night);
  const [ofFirst, ofSecond] = [await nights(first), await nights(second)];
  return ofFirst.find((night) => ofSecond.includes(night));
}

const NIGHTS_LOOKED_AT = 100;

function plain(comparison: Comparison): ComparedScores {
  const { pairs, objects, onlyFirst, onlySecond, since, isLimited, histograms, field } = comparison;
  const { meanDifference, meanAbsoluteDifference, differences, crossings, widest } = comparison;
  const up = crossings.filter(({ first, second }) => second > first).length;
  return {
    ...{ pairs, objects, onlyFirst, onlySecond, since: since as string, isLimited, histograms, field },
    ...{ meanDifference, meanAbsoluteDifference },
    quantiles: DIFFERENCE_SHARES.map((share) => quantile(differences, share)),
    crossings: { up, down: crossings.length - up },
    widest: widest.map(withPlainIds),
  };
}

function withPlainIds({ diaObjectId, diaSourceId, first, second }: ScorePair): ObjectScores {
  return { diaObjectId: String(diaObjectId), diaSourceId: String(diaSourceId), first, second };
}
