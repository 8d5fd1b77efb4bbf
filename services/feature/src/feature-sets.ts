import { UsageError } from '@lvra/shared/errors';
import type { ThresholdFlags } from '@lvra/shared/ledger/results';
import { DEFAULT_FEATURES } from '@lvra/shared/paths';
import type { AlertView } from './alert.js';
import { FeatureTable } from './feature-table.js';

/** The feature file of one stem under construction. */
export interface FeatureRows {
  /**
   * Adds the row of an alert. A model finds its columns by name; `diaObjectId` and `diaSourceId`, as plain digits, must
   * be among them.
   *
   * @param view of the alert; holds good during the call only
   * @param position the alert's place in its batch, counted from 0, alerts without a row included
   * @throws AlertRejected where no row can be made of it: it goes to quarantine, and the batch goes on
   */
  add(view: AlertView, position: number, flags: ThresholdFlags): void;
  /** The whole file: header, rows, a newline at the end. */
  chunks(): Iterable<Uint8Array>;
  /**
   * Where alerts that came later decide how the rows before them must look: what to give all alerts once more. Asked
   * after the last alert; undefined where the rows are right.
   */
  again?(): FeatureRows | undefined;
  /** What the stem's history should say of the file. */
  readonly remark?: string | undefined;
}

/**
 * Every set of features, by the name that a VRA's file gives for FEATURES. One of your own is a line here and a file
 * that makes its rows; its feature files lie in a folder of their own.
 */
const FEATURE_SETS: Readonly<Record<string, (wanted: ReadonlySet<string>) => FeatureRows>> = {
  [DEFAULT_FEATURES]: (wanted) => new FeatureTable(wanted),
};

/** A set of features. */
export interface FeatureSet {
  readonly name: string;
  /** @param wanted the columns that models take, as far as they are known */
  readonly begin: (wanted?: ReadonlySet<string>) => FeatureRows;
}

/** @throws UsageError where there is no set of this name */
export function featureSet(name: string = DEFAULT_FEATURES): FeatureSet {
  const begin = Object.hasOwn(FEATURE_SETS, name) ? FEATURE_SETS[name] : undefined;
  if (begin) return { name, begin: (wanted = new Set()) => begin(wanted) };
  throw new UsageError(`FEATURES is ${name}: there is ${Object.keys(FEATURE_SETS).join(', ')}`);
}
