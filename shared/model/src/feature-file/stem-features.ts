import { STATUS, StemFailed } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';
import type { Manifest } from '../manifest.js';
import { makeAgain, readFeatureFile } from './feature-file.js';
import type { FeatureTable } from './table-builder.js';

/** Where stems' feature files are, and what the ledger has of their rows. */
export interface StemFeatures {
  readonly ledger: Ledger;
  readonly paths: DataPaths;
  /** The feature set. */
  readonly features: string;
}

/**
 * Reads the feature file of a stem for a model, and compares its rows with the ledger's: a file of another stem, or one
 * with duplicate rows, is not scored.
 *
 * @throws StemFailed as `readFeatureFile`, and 30 if the rows are not the stem's
 */
export async function readStemFeatures(
  { ledger, paths, features }: StemFeatures,
  stem: string,
  manifest: Manifest,
): Promise<FeatureTable> {
  const path = paths.features(stem, features);
  const table = await readFeatureFile(path, manifest);
  assertRowsOfStem(table.diaSourceIds, await ledger.results.sources(stem), path);
  return table;
}

/** @param known one a recorded feature row; empty if none were recorded, which is not checked */
function assertRowsOfStem(found: readonly bigint[], known: readonly bigint[], path: string): void {
  if (known.length === 0) return;
  // The rows were recorded in the order of the file.
  if (found.length === known.length && found.every((source, row) => source === known[row])) return;
  const left = new Map<bigint, number>();
  for (const source of known) left.set(source, (left.get(source) ?? 0) + 1);
  for (const source of found) {
    const times = left.get(source);
    if (times !== undefined && times > 0) {
      left.set(source, times - 1);
      continue;
    }
    const what = times === undefined ? 'is not of this stem' : 'is in it more often than in the stem';
    throw new StemFailed(
      STATUS.keyMissing,
      `${path} has the wrong rows: source ${source} ${what}; nothing of the file is scored; ${makeAgain(path)}`,
    );
  }
}
