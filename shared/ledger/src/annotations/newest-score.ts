import { validationErrorOf } from './annotation-fields.js';
import { LARGEST_SCORE } from './decimal.js';
import { compareSources, type OfSource } from './source-order.js';

/** A score of an object, with what decides which of the object's scores is the newest. */
export interface CandidateScore extends OfSource {
  /** Of the provenance row. */
  readonly id: bigint;
  readonly modelVersion: string | null;
  readonly score: number | null;
}

/**
 * Why a score is never sent; undefined if it can be sent. An unsendable score must not supersede one that can be sent, or
 * Lasair would get neither: so the annotate stage and all queries for the newest score ask this one function.
 */
export function unsendable(
  { diaSourceId, modelVersion, score }: Pick<CandidateScore, 'diaSourceId' | 'modelVersion' | 'score'>,
  refusedVersion?: string,
): string | undefined {
  // SQLite does not enforce the types of columns.
  if (typeof diaSourceId !== 'bigint') return 'the row has no diaSourceId';
  if (typeof modelVersion !== 'string') return 'the row has no model_version';
  if (modelVersion === refusedVersion) return `scores of the model version ${refusedVersion} must not stand at Lasair`;
  if (typeof score !== 'number' || !Number.isFinite(score)) return 'the score is not a finite number';
  if (Math.abs(score) >= LARGEST_SCORE) return 'the score has more digits than Lasair takes';
  return validationErrorOf({ version: modelVersion });
}

/**
 * The newest of an object's scores that can be sent: the one with the greatest (midpointMjdTai, diaSourceId, provenance ID).
 *
 * Scores of the Python pipeline have no time; compared with one of those, diaSourceId decides. Each score is compared with
 * the best of those before it, so one that lost never returns, also if times and ids contradict each other.
 *
 * @param contenders in the order of their provenance IDs
 * @returns undefined if no score can be sent
 */
export function newestOf<One extends CandidateScore>(
  contenders: readonly One[],
  refusedVersion?: string,
): One | undefined {
  let newest: One | undefined;
  for (const contender of contenders) {
    if (unsendable(contender, refusedVersion) !== undefined) continue;
    if (newest === undefined || compareSources(contender, newest) >= 0) newest = contender;
  }
  return newest;
}

/**
 * True for a score that is settled and that Lasair does not hold: it lost to another one. Ledgers of releases that ordered
 * the versions of a model may have such a score with a greater ID.
 *
 * @param outcome of the score; null while it is still to be sent
 * @param acceptedId the score of the object that Lasair accepted last
 */
export function isSettledBehind(id: bigint, outcome: string | null, acceptedId: bigint | null | undefined): boolean {
  return outcome === 'superseded' || (outcome === 'accepted' && id !== acceptedId);
}
