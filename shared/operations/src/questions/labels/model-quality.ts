import { setImmediate as othersGoOn } from 'node:timers/promises';
import { vraOf } from '@lvra/config';
import type { ScoredBy } from '@lvra/ledger';
import type { Look } from '../../open-ledger.js';
import { usualThreshold } from '../models/threshold.js';
import { type LabelledScore, Quality, type QualityAt } from './quality.js';

/** Asked at a time, so that others get their turn. */
const OBJECTS_AT_ONCE = 500;

/** How good a version is by the labels that people gave, each object by its newest score of that version. */
export interface ModelQuality {
  readonly positiveLabels: readonly string[];
  readonly negativeLabels: readonly string[];
  /** Objects with such a label that the version has scored. */
  readonly positive: number;
  readonly negative: number;
  /** Objects with such a label that it has not scored. */
  readonly unscored: number;
  /** Objects whose label counts neither way. */
  readonly otherLabels: number;
  readonly atThreshold: QualityAt;
  readonly wantedPurity: number;
  /** At the lowest threshold that gives the wanted purity; null if none does. */
  readonly atPurity: QualityAt | null;
}

/**
 * @param labelsOf the VRA whose labels count
 * @param threshold by default its LOWEST_SCORE, or 0.5
 * @throws UsageError if there is no such VRA
 */
export async function modelQuality(
  { ledger, settings }: Pick<Look, 'ledger' | 'settings'>,
  labelsOf: string,
  scoredBy: ScoredBy,
  { threshold, purity }: { threshold?: number | undefined; purity: number },
): Promise<ModelQuality> {
  const { positiveLabels, negativeLabels } = vraOf(settings, labelsOf);
  const labels = await ledger.labels.newest();
  const counting = [...labels.values()].filter(
    ({ label }) => positiveLabels.includes(label) || negativeLabels.includes(label),
  );
  const scores: LabelledScore[] = [];
  for (let from = 0; from < counting.length; from += OBJECTS_AT_ONCE) {
    if (from > 0) await othersGoOn();
    const some = counting.slice(from, from + OBJECTS_AT_ONCE);
    const found = await ledger.labels.newestScores(
      scoredBy,
      some.map(({ diaObjectId }) => diaObjectId),
    );
    for (const { diaObjectId, label } of some) {
      const score = found.get(diaObjectId);
      if (score !== undefined) scores.push({ score, isPositive: positiveLabels.includes(label) });
    }
  }
  const quality = new Quality(scores);
  return {
    ...{ positiveLabels, negativeLabels, positive: quality.positive, negative: quality.negative },
    ...{ unscored: counting.length - scores.length, otherLabels: labels.size - counting.length },
    atThreshold: quality.at(threshold ?? usualThreshold(settings, labelsOf)),
    ...{ wantedPurity: purity, atPurity: quality.forPurity(purity) },
  };
}
