import type { Questions } from '../database.js';
import { tupleQuestion } from '../statements.js';
import { type CandidateScore, newestOf } from './newest-score.js';
import { newestFirst } from './source-order.js';

/** A score among those of its object. */
export type PastScore = CandidateScore;

export type PastScoreRow = readonly [
  id: bigint,
  diaSourceId: bigint | null,
  midpointMjdTai: number | null,
  modelVersion: string | null,
  score: number | null,
  diaObjectId: bigint,
];

/** The columns of a row. */
export const PAST_SCORE = 'p.ID, p.diaSourceId, source.midpointMjdTai, p.model_version, p.score, p.diaObjectId';

const OF_OBJECTS = tupleQuestion<PastScoreRow>(
  `SELECT ${PAST_SCORE} FROM provenance p
   LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   WHERE p.diaObjectId IN @objects AND p.model_name = @vra ORDER BY p.diaObjectId, p.ID`,
);

/** An object may have hundreds of scores. */
const OBJECTS_AT_ONCE = 200;

export function pastScoreOf([id, diaSourceId, midpointMjdTai, modelVersion, score]: PastScoreRow): PastScore {
  return { id, diaSourceId, midpointMjdTai, modelVersion, score };
}

/** All scores of each object, in the order of their IDs. */
export async function scoresOfObjects(
  ask: Questions,
  vra: string,
  objects: readonly bigint[],
): Promise<Map<bigint, PastScore[]>> {
  const scores = new Map<bigint, PastScore[]>();
  for (const row of await ask.all(OF_OBJECTS, { vra, objects })) {
    const ofObject = scores.get(row[5]);
    if (ofObject) ofObject.push(pastScoreOf(row));
    else scores.set(row[5], [pastScoreOf(row)]);
  }
  return scores;
}

/** The last scores of each object, by the ID of its newest one, which `newest` has by object. */
export async function lastScoresOfObjects(
  ask: Questions,
  vra: string,
  objects: readonly bigint[],
  newest: ReadonlyMap<bigint, bigint>,
  most: number,
  refusedVersion?: string,
): Promise<Map<bigint, readonly PastScore[]>> {
  const last = new Map<bigint, readonly PastScore[]>();
  for (let at = 0; at < objects.length; at += OBJECTS_AT_ONCE) {
    const scores = await scoresOfObjects(ask, vra, objects.slice(at, at + OBJECTS_AT_ONCE));
    for (const [object, all] of scores) {
      const id = newest.get(object)!;
      last.set(id, lastScores(all, all.find((score) => score.id === id)!, most, refusedVersion));
    }
  }
  return last;
}

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
