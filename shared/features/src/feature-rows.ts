import type { ThresholdFlags } from '@lvra/ledger';
import type { AlertView } from './alert/alert.js';

/** The feature file of one stem under construction. */
export interface FeatureRows {
  /**
   * Adds the row of an alert. A model finds its columns by name; `diaObjectId` and `diaSourceId`, as plain digits, must
   * be among them.
   *
   * @param view of the alert; valid only during the call
   * @param position the alert's place in its batch, counted from 0, alerts without a row included
   * @throws AlertRejected if no row can be made of it: it goes to quarantine, and the batch continues
   */
  add(view: AlertView, position: number, flags: ThresholdFlags): void;
  /** The whole file: header, rows, a newline at the end. */
  chunks(): Iterable<Uint8Array>;
  /**
   * Called after the last alert. If later alerts change how earlier rows must look: a new table, to which all alerts
   * are added again. Undefined if the rows are right.
   */
  again?(): FeatureRows | undefined;
  /** What the stem's history should say of the file. */
  readonly remark?: string | undefined;
}
