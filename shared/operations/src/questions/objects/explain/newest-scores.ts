import { UsageError } from '@lvra/core';
import type { ObjectRecord, ScoreRecord } from '../object.js';

/**
 * The newest score of an object by each VRA, in the order of their newest sources.
 *
 * @param vra of this one alone
 * @throws UsageError if there is none
 */
export function newestScores(
  { diaObjectId, scores }: Pick<ObjectRecord, 'diaObjectId' | 'scores'>,
  vra?: string,
): ScoreRecord[] {
  const newest = scores.filter((score, at) => scores.findIndex((each) => each.vra === score.vra) === at);
  const wanted = vra === undefined ? newest : newest.filter((each) => each.vra === vra);
  if (wanted.length > 0) return wanted;
  const others = newest.length > 0 ? `; there are of ${newest.map((each) => each.vra).join(', ')}` : '';
  throw new UsageError(`there is no score of ${diaObjectId}${vra === undefined ? '' : ` by ${vra}`}${others}`);
}
