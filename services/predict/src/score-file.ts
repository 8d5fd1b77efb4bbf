import type { ScoreRecord } from '@lvra/shared/ledger/results';
import { readFeatureFile } from './feature-file.js';
import type { Model } from './model.js';

/**
 * Scores the rows of a feature file, in their order.
 *
 * @throws StemFailed 21, 23 or 31 where the file is missing, none or lacks columns; 99 where the model fails
 */
export async function scoreFeatureFile(path: string, model: Model): Promise<ScoreRecord[]> {
  const table = await readFeatureFile(path, model.manifest.features, model.manifest.input);
  const scores = table.rows > 0 ? await model.score(table.values, table.rows) : new Float64Array(0);
  return Array.from(scores, (score, row) => ({
    diaObjectId: table.diaObjectIds[row] as bigint,
    diaSourceId: table.diaSourceIds[row] as bigint,
    score,
  }));
}
