import { relative } from 'node:path';
import { BatchUnreadable, objectOf, scanBatch } from '@lvra/alerts';
import { AlertRejected, checksumOf, STATUS, StemFailed } from '@lvra/core';
import {
  AlertView,
  type FeatureRows,
  type FeatureSet,
  featureSet,
  latestSource,
  readAlert,
  thresholdFlags,
} from '@lvra/features';
import type { FeatureFile, FeatureRecord, Ledger, QuarantineEntry, WorkQueue } from '@lvra/ledger';
import { type DataFolder, pathInBatch, type StageReport, type StageTask, type StemContext } from '@lvra/runtime';
import { type DataPaths, writeChunks, writeFileAtomically } from '@lvra/store';
import type { Logger, Metrics } from '@lvra/telemetry';
import { findExistingResult, singleFlight } from './single-flight.js';

export interface FeatureStageOptions {
  readonly ledger: Ledger;
  readonly work: WorkQueue;
  readonly folder: DataFolder;
  readonly vra: string;
  readonly set: FeatureSet;
  /** The other VRAs with the same set of features. */
  readonly siblings: readonly string[];
  /** The columns that the set's current models take; none by default. */
  readonly wanted?: () => ReadonlySet<string>;
  /** What makes the feature files; this thread by default. */
  readonly maker?: FeatureMaker;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Makes feature files as `makeFeatureFile` does. */
export interface FeatureMaker {
  make(stem: string, receivedMs: Float64Array | undefined, wanted?: ReadonlySet<string>): Promise<FeatureFileResult>;
  close(): Promise<void>;
}

/** The feature stage: a stem's batch file in, its feature file and threshold flags out. */
export function createFeatureTask(options: FeatureStageOptions): StageTask {
  return {
    stage: 'feature',
    vra: options.vra,
    perform: (stem, context) => perform(stem, context, options),
    close: async () => options.maker?.close(),
  };
}

async function perform(
  stem: string,
  context: StemContext,
  { ledger, work, folder, vra, set, siblings, wanted, maker, log, metrics }: FeatureStageOptions,
): Promise<StageReport | undefined> {
  const { paths } = folder;
  const path = paths.features(stem, set.name);
  const made = await findExistingResult(ledger, folder, stem, set.name, vra, siblings);
  if (made) {
    const status = made.status === STATUS.done ? STATUS.done : STATUS.partial;
    const detail = `the feature file of ${made.vra}`;
    const settlement = { status, rows: made.rows, now: Date.now(), durationMs: context.elapsed(), detail };
    const taken = await ledger.results.completeWithExistingFeatures(work, stem, settlement);
    return taken ? { status, rows: made.rows, path: relative(paths.root, path) } : undefined;
  }
  const { result, isMaker } = await singleFlight(ledger, path, async () => {
    await folder.assertVisible(stem, { kind: 'batch' });
    const receivedMs = await ledger.batches.receivedMs(stem);
    return maker ? maker.make(stem, receivedMs, wanted?.()) : makeFeatureFile(stem, paths, receivedMs, set, wanted?.());
  });
  const status = result.withoutAlert + result.quarantined.length > 0 ? STATUS.partial : STATUS.done;
  const detail = describe(result);
  await folder.assertInPlace();
  const recorded = await ledger.results.recordFeatures(work, stem, result.records, result.quarantined, {
    file: result.file,
    status,
    now: Date.now(),
    durationMs: context.elapsed(),
    ...(detail === '' ? {} : { detail }),
  });
  if (!recorded) return undefined;
  if (isMaker && !context.isBackfilled) {
    for (const { position, reason, detail: why } of result.quarantined) {
      metrics.quarantined.inc({ stage: 'feature', reason });
      log.warn({ stem, position, reason }, `alert in quarantine: ${why}`);
    }
  }
  return { status, rows: result.records.length, path: relative(paths.root, result.path) };
}

/** What came of a batch file. */
export interface FeatureFileResult {
  readonly records: FeatureRecord[];
  readonly quarantined: QuarantineEntry[];
  readonly file: FeatureFile;
  /** Messages that have no `alert`, and so no row. */
  readonly withoutAlert: number;
  /** The feature file. */
  readonly path: string;
  readonly remark?: string | undefined;
}

/**
 * Computes the features of a batch file, writes them to the stem's feature file, replacing it, and puts unusable alerts
 * in quarantine.
 *
 * @param receivedMs when Kafka received each alert, if known
 * @param wanted the columns that models take, if known
 * @throws StemFailed 21 if there is no batch file, 23 if it is not a list of alerts
 */
export async function makeFeatureFile(
  stem: string,
  paths: DataPaths,
  receivedMs: Float64Array | undefined,
  set: FeatureSet = featureSet(),
  wanted?: ReadonlySet<string>,
): Promise<FeatureFileResult> {
  let table = set.begin(wanted);
  let rows = await addRows(table, stem, paths, receivedMs);
  const again = table.again?.();
  if (again) {
    table = again;
    rows = await addRows(table, stem, paths, receivedMs);
  }
  const path = paths.features(stem, set.name);
  const chunks = [...table.chunks()];
  await writeFileAtomically(path, (file) => writeChunks(file, chunks));
  return { ...rows, path, file: { set: set.name, checksum: checksumOf(chunks) }, remark: table.remark };
}

/** Gives every alert of a batch file to the table. */
async function addRows(
  table: FeatureRows,
  stem: string,
  paths: DataPaths,
  receivedMs: Float64Array | undefined,
): Promise<Pick<FeatureFileResult, 'records' | 'quarantined' | 'withoutAlert'>> {
  const view = new AlertView();
  const records: FeatureRecord[] = [];
  const quarantined: QuarantineEntry[] = [];
  let withoutAlert = 0;
  let position = 0;
  const alerts = scanBatch(paths.batch(stem), (cursor, bytes) => {
    readAlert(cursor, bytes, view);
    if (!view.hasAlert) return undefined;
    const record = recordOf(view, received(receivedMs, position));
    table.add(view, position, record.flags);
    return record;
  });
  try {
    for await (const { result, bytes } of alerts) {
      if (result instanceof AlertRejected) quarantined.push(entryOf(stem, position, result, bytes, paths));
      else if (result === undefined) withoutAlert++;
      else records.push(result);
      position++;
    }
  } catch (error) {
    throw asStemFailure(error, stem);
  }
  return { records, quarantined, withoutAlert };
}

/** What the ledger keeps of an alert, for any feature set. */
function recordOf(view: AlertView, receivedMs: number | undefined): FeatureRecord {
  const { diaObjectId, diaSourceId, fluxes, times } = view;
  const midpointMjdTai = times[view.latest] as number;
  return {
    ...{ diaObjectId, diaSourceId, midpointMjdTai, receivedMs },
    ...latestSource(view),
    flags: thresholdFlags(fluxes, times, midpointMjdTai),
  };
}

function received(receivedMs: Float64Array | undefined, position: number): number | undefined {
  const ms = receivedMs?.[position];
  return ms === undefined || Number.isNaN(ms) ? undefined : ms;
}

/** The ledger's entry for an alert without a row; its bytes stay in the batch file. */
function entryOf(
  stem: string,
  position: number,
  { reason, message: detail }: AlertRejected,
  alert: Buffer,
  paths: DataPaths,
): QuarantineEntry {
  const path = pathInBatch(paths, stem);
  const place = { stem, stage: 'feature', position, path, bytes: alert.length } as const;
  return { ...place, diaObjectId: objectOf(alert), reason, detail, at: Date.now() };
}

function asStemFailure(error: unknown, stem: string): unknown {
  if (error instanceof BatchUnreadable)
    return new StemFailed(STATUS.unexpectedInputType, error.message, { cause: error });
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new StemFailed(STATUS.inputNotFound, `the batch file of ${stem} is missing: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return error;
}

function describe({ records, withoutAlert, quarantined, remark }: FeatureFileResult): string {
  return [
    withoutAlert > 0 ? `${withoutAlert} without alert` : '',
    quarantined.length > 0 ? `${quarantined.length} in quarantine` : '',
    records.length === 0 && withoutAlert + quarantined.length > 0 ? 'no row' : '',
    remark ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}
