import { AlertView, readAlert } from '@lvra/feature/alert';
import { scanBatch } from '@lvra/shared/alerts/batch-reader';
import { AlertRejected } from '@lvra/shared/errors';

/** The ids of an alert as its batch file has them. */
export interface AlertIds {
  readonly position: number;
  readonly diaObjectId: bigint;
  /** Of its latest source. */
  readonly diaSourceId: bigint;
}

/** What a batch file holds, as far as it decides what the stages must have made of it. */
export interface BatchContents {
  readonly alerts: number;
  /** Of the messages, without what stands between them. */
  readonly bytes: number;
  /** The alerts that must have a feature row. */
  readonly withRow: readonly AlertIds[];
  readonly withoutAlert: number;
  /** The positions of alerts that must be in quarantine. */
  readonly rejected: readonly number[];
}

/**
 * Reads a batch file with the feature stage's own eyes.
 *
 * @throws BatchUnreadable where it is cut off or no JSON, and the error of the file system
 */
export async function readBatchContents(path: string): Promise<BatchContents> {
  const view = new AlertView();
  const withRow: AlertIds[] = [];
  const rejected: number[] = [];
  const sums = { alerts: 0, bytes: 0, withoutAlert: 0 };
  const read = scanBatch(path, (cursor, bytes) => {
    readAlert(cursor, bytes, view);
    return view.hasAlert ? { diaObjectId: view.diaObjectId, diaSourceId: view.diaSourceId } : undefined;
  });
  for await (const { position, bytes, result } of read) {
    sums.alerts++;
    sums.bytes += bytes.length;
    if (result instanceof AlertRejected) rejected.push(position);
    else if (result === undefined) sums.withoutAlert++;
    else withRow.push({ position, ...result });
  }
  return { ...sums, withRow, rejected };
}
