import { explainScore, type Look, type ObjectRecord } from '@lvra/operations';
import { NotFound } from '../../../server/errors.js';
import type { ExplainedAnswer } from './answer.js';

/** Of a model file: 300,000 leaves, which hold up other pages for a fifth of a second; ten times as many do not fit the console's memory. */
const MOST_MODEL_BYTES = 10_000_000;

/**
 * What pushed a score of an object.
 *
 * @param provenanceId of the score; by default the newest one of the first VRA in the settings that has scored it
 * @returns null if it has no score
 * @throws NotFound if it has not that one
 */
export async function explainedScore(
  look: Look,
  { diaObjectId, scores }: Pick<ObjectRecord, 'diaObjectId' | 'scores'>,
  provenanceId?: string,
): Promise<ExplainedAnswer | null> {
  if (provenanceId !== undefined) {
    const wanted = scores.find((score) => score.provenanceId === provenanceId);
    if (!wanted) throw new NotFound(`${diaObjectId} has no score with the provenance ID ${provenanceId}`);
    return explainScore(look, wanted, MOST_MODEL_BYTES);
  }
  const vra = look.vras.find((name) => scores.some((score) => score.vra === name));
  const newest = scores.find((score) => score.vra === vra) ?? scores[0];
  return newest ? explainScore(look, newest, MOST_MODEL_BYTES) : null;
}
