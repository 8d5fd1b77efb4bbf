import { UsageError } from '@lvra/core';
import { DEFAULT_FEATURES } from '@lvra/store';
import type { FeatureRows } from './feature-rows.js';
import { FeatureTable } from './r0b/feature-table.js';

/**
 * Every feature set, by the name for FEATURES in a VRA's file. To add one, add a line here and a file that makes its
 * rows; its feature files get their own folder.
 */
const FEATURE_SETS: Readonly<Record<string, (wanted: ReadonlySet<string>) => FeatureRows>> = {
  [DEFAULT_FEATURES]: (wanted) => new FeatureTable(wanted),
};

/** A set of features. */
export interface FeatureSet {
  readonly name: string;
  /** @param wanted the columns that models take, if known */
  readonly begin: (wanted?: ReadonlySet<string>) => FeatureRows;
}

/** @throws UsageError if there is no set of this name */
export function featureSet(name: string = DEFAULT_FEATURES): FeatureSet {
  const begin = Object.hasOwn(FEATURE_SETS, name) ? FEATURE_SETS[name] : undefined;
  if (begin) return { name, begin: (wanted = new Set()) => begin(wanted) };
  throw new UsageError(`FEATURES is ${name}: there is ${Object.keys(FEATURE_SETS).join(', ')}`);
}
