import type { ScoreRecord } from '@lvra/shared/ledger/results';
import type { Model } from './model.js';
import { readStemFeatures, type StemFeatures } from './stem-features.js';

/**
 * Scores the rows of a stem's feature file, in their order.
 *
 * @throws StemFailed 21, 23, 30 or 31 where the file is missing, none, not the stem's or lacks columns; 99 where the
 *   model fails
 */
export async function scoreStem(stem: string, model: Model, files: StemFeatures): Promise<ScoreRecord[]> {
  const table = await readStemFeatures(files, stem, model.manifest);
  const scores = table.rows > 0 ? await model.score(table.values, table.rows) : new Float64Array(0);
  return Array.from(scores, (score, row) => ({
    diaObjectId: table.diaObjectIds[row] as bigint,
    diaSourceId: table.diaSourceIds[row] as bigint,
    score,
  }));
}
