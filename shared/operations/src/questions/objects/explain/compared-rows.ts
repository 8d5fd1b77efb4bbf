import type { FeatureTable, Manifest } from '@lvra/model';
import type { ComparedWith } from './explained-score.js';

/** What is known of a score is compared with so many rows at most; the import keeps as many. */
const MOST_ROWS = 100;

/** Rows that a score is compared with. */
export interface ComparedRows {
  readonly of: ComparedWith['of'];
  /** Values in the order of the model's features; NaN if missing. */
  readonly rows: readonly Float64Array[];
}

/**
 * The rows of feature files that the model's manifest has of its import; if it has none, up to 100 other rows of the stem's
 * feature file, from all over it.
 *
 * @param own the row of the score in the table
 */
export function comparedRows({ sample, missing }: Manifest, table: FeatureTable, own: number): ComparedRows {
  // A manifest without `missing` has a sample of made-up rows.
  if (sample && missing) {
    const rows = sample.slice(0, MOST_ROWS).map((row) => Float64Array.from(row, (value) => value ?? Number.NaN));
    return { of: 'import', rows };
  }
  const others = Array.from({ length: table.rows }, (_, row) => row).filter(
    (row) => row !== own && !table.unreadable.has(row),
  );
  const some = Math.min(others.length, MOST_ROWS);
  const chosen = Array.from({ length: some }, (_, at) => others[Math.floor((at * others.length) / some)] as number);
  return { of: 'stem', rows: chosen.map((row) => rowOf(table, row)) };
}

export function rowOf({ values, rows }: FeatureTable, row: number): Float64Array {
  const features = values.length / rows;
  return Float64Array.from(values.subarray(row * features, (row + 1) * features));
}
