import { type CandidateScore, newestOf } from './newest-score.js';
import { newestFirst } from './source-order.js';

/** A score among those of its object. */
export type PastScore = CandidateScore;

/**
 * The last scores of an object, one a source, newest first.
 *
 * @param scores all of the object's, in the order of their provenance IDs
 * @param newest of the object; it comes first, also if only some times are known
 */
export function lastScores(
  scores: readonly PastScore[],
  newest: PastScore,
  most: number,
  refusedVersion?: string,
): readonly PastScore[] {
  const bySource = new Map<bigint | null, PastScore[]>();
  for (const score of scores) {
    const same = bySource.get(score.diaSourceId);
    if (same) same.push(score);
    else bySource.set(score.diaSourceId, [score]);
  }
  bySource.delete(newest.diaSourceId);
  const others = [...bySource.values()].flatMap((same) => newestOf(same, refusedVersion) ?? []);
  return [newest, ...newestFirst(others)].slice(0, most);
}
