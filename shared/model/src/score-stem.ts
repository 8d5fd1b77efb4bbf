import type { QuarantineReason } from '@lvra/core';
import type { ScoreRecord } from '@lvra/ledger';
import { readStemFeatures, type StemFeatures } from './feature-file/stem-features.js';
import type { FeatureTable } from './feature-file/table-builder.js';
import type { Model } from './onnx/model.js';

/** An alert without a score. */
export interface UnscoredRow {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  /** In the batch, from 0; undefined if the feature file has none. */
  readonly position: number | undefined;
  /** In the feature file, from 0. */
  readonly row: number;
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** A feature file's rows with a score and without, both in their order. */
export interface ScoredTable {
  readonly rows: readonly ScoreRecord[];
  readonly unscored: readonly UnscoredRow[];
}

/** Scores the rows of a table. @throws StemFailed 99 if the model fails with any row */
export async function scoreTable(table: FeatureTable, model: Model): Promise<ScoredTable> {
  const { scores, unscored: refused } = await model.score(table.values, table.rows);
  const rows: ScoreRecord[] = [];
  const unscored: UnscoredRow[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const diaObjectId = table.diaObjectIds[row] as bigint;
    const diaSourceId = table.diaSourceIds[row] as bigint;
    const unreadable = table.unreadable.get(row);
    const detail = unreadable ?? refused.get(row);
    if (detail === undefined) rows.push({ diaObjectId, diaSourceId, score: scores[row] as number });
    else {
      const reason = unreadable === undefined ? 'no_score' : 'not_a_number';
      unscored.push({ diaObjectId, diaSourceId, position: table.positions[row], row, reason, detail });
    }
  }
  return { rows, unscored };
}

/**
 * Scores the rows of a stem's feature file.
 *
 * @throws StemFailed 21, 23, 30 or 31 if the file is missing, not a table, not the stem's or lacks columns; 99 if the
 *   model fails with any row
 */
export async function scoreStem(stem: string, model: Model, files: StemFeatures): Promise<ScoredTable> {
  return scoreTable(await readStemFeatures(files, stem, model.manifest), model);
}
