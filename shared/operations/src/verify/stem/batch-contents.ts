import { stat } from 'node:fs/promises';
import { objectOf, scanBatch } from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import { AlertView, readAlert, thresholdFlags } from '@lvra/features';
import type { ThresholdFlags } from '@lvra/ledger';

/** The ids of an alert as its batch file has them. */
export interface AlertIds {
  readonly position: number;
  readonly diaObjectId: bigint;
  /** Of its latest source. */
  readonly diaSourceId: bigint;
}

/** An alert that must have a feature row, with what the ledger must have of it. */
export interface AlertFacts extends AlertIds {
  readonly midpointMjdTai: number;
  readonly flags: ThresholdFlags;
}

/** What the stages must have made of a batch file. */
export interface BatchContents {
  readonly alerts: number;
  /** Of the whole file. */
  readonly bytes: number;
  /** The alerts that must have a feature row. */
  readonly withRow: readonly AlertFacts[];
  readonly withoutRow: readonly AlertWithoutRow[];
}

export interface AlertWithoutRow {
  readonly position: number;
  /** Undefined if it cannot be read. */
  readonly diaObjectId: bigint | undefined;
  /** It must be in quarantine; otherwise it came without `alert`. */
  readonly isRejected: boolean;
}

/** The objects of the alerts without a row that can be read. */
export function objectsWithoutRow({ withoutRow }: BatchContents): bigint[] {
  return withoutRow.flatMap(({ diaObjectId }) => diaObjectId ?? []);
}

/**
 * Parses a batch file with the feature stage's reader.
 *
 * @throws BatchUnreadable if it is cut off or no JSON, and the error of the file system
 */
export async function readBatchContents(path: string): Promise<BatchContents> {
  const view = new AlertView();
  const withRow: AlertFacts[] = [];
  const withoutRow: AlertWithoutRow[] = [];
  const read = scanBatch(path, (cursor, bytes) => {
    readAlert(cursor, bytes, view);
    if (!view.hasAlert) return undefined;
    const midpointMjdTai = view.times[view.latest] as number;
    const flags = thresholdFlags(view.fluxes, view.times, midpointMjdTai);
    return { diaObjectId: view.diaObjectId, diaSourceId: view.diaSourceId, midpointMjdTai, flags };
  });
  for await (const { position, bytes, result } of read) {
    const isRejected = result instanceof AlertRejected;
    if (isRejected || result === undefined) {
      withoutRow.push({ position, diaObjectId: objectOf(bytes), isRejected });
    } else withRow.push({ position, ...result });
  }
  const { size: bytes } = await stat(path);
  return { alerts: withRow.length + withoutRow.length, bytes, withRow, withoutRow };
}
