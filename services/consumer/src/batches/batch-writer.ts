import { relative } from 'node:path';
import { type AlertCutouts, writeCutouts } from '@lvra/alerts';
import type { Bus } from '@lvra/bus';
import { backoffMs, messageOf, sleep, subjects } from '@lvra/core';
import { type BatchRecord, type Ledger, OffsetsTaken } from '@lvra/ledger';
import type { DataFolder } from '@lvra/runtime';
import { writeBatchFile, writeQuarantineFiles } from '@lvra/store';
import type { Logger, Metrics } from '@lvra/telemetry';
import { believableArrival } from '../kafka/arrival.js';
import type { AlertSource } from '../sources/source.js';
import { abandon } from './abandoned.js';
import {
  type ClassifiedMessage,
  type GoodAlert,
  isGood,
  isLeftOut,
  offsetRanges,
  quarantineEntries,
} from './classify.js';

export interface BatchWriterOptions {
  readonly source: Pick<AlertSource, 'name' | 'onBatchRegistered'>;
  readonly ledger: Ledger;
  readonly bus: Bus;
  readonly folder: DataFolder;
  readonly vras: readonly string[];
  readonly groupId: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Names this process in the ledger. */
  readonly owner: string;
  /** Whether the images of the alerts are written beside the batch. */
  readonly keepCutouts?: boolean;
}

const BACKOFF = { firstMs: 1_000, longestMs: 30_000 };

/**
 * Writes batches to disk and into the ledger, announces them, and tells the source.
 *
 * If that fails (no space, a read-only file system, the ledger unavailable) the batch stays in memory and is retried
 * until it succeeds; meanwhile the source waits.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #signal: AbortSignal;
  #problem: string | undefined;
  #unwritten = 0;
  readonly #written = { alerts: 0, batches: 0, quarantined: 0 };
  #announcing = Promise.resolve();
  /** The batch whose registration failed: it may have been committed all the same, and only its answer been lost. */
  #inDoubt: BatchRecord | undefined;

  /** @param signal once it is aborted, a batch that cannot be written is dropped after one more attempt */
  constructor(options: BatchWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Why batches cannot be written now; undefined while they can. */
  problem(): string | undefined {
    return this.#problem;
  }

  /** What was registered so far. */
  get written(): { readonly alerts: number; readonly batches: number; readonly quarantined: number } {
    return this.#written;
  }

  /** How many messages were dropped because the service had to stop while they could not be written. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /** Settles once every registered batch is announced; a slow bus does not hold up the batches. */
  announced(): Promise<void> {
    return this.#announcing;
  }

  /** Registers a batch. Never rejects. @returns whether other consumers had registered some of its messages first */
  async write(received: readonly ClassifiedMessage[]): Promise<boolean> {
    let batch = received;
    let wereTaken = false;
    // That of a batch which was dropped at a stop says nothing of this one.
    this.#inDoubt = undefined;
    for (let failures = 0; batch.length > 0; ) {
      let retryMs: number;
      const stopping = this.#signal.aborted;
      try {
        if (!(await this.#wasRegistered(batch))) await this.#store(batch);
        break;
      } catch (error) {
        if (error instanceof OffsetsTaken) {
          batch = this.#dropTaken(batch, error);
          wereTaken = true;
          continue;
        }
        this.#problem = `a batch of ${batch.length} alerts cannot be written: ${messageOf(error)}`;
        if (stopping) {
          this.#unwritten += batch.length;
          return wereTaken;
        }
        retryMs = backoffMs(BACKOFF, ++failures);
        this.#options.log.error(
          { err: error, retryMs },
          `${this.#problem}; it stays in memory and is retried, and no more is consumed until it is written`,
        );
      }
      await sleep(retryMs, this.#signal);
    }
    // Also if nothing is left to write: the ledger answered, and this batch may be the last.
    this.#recovered();
    return wereTaken;
  }

  async #store(received: readonly ClassifiedMessage[]): Promise<void> {
    const { ledger, owner, folder, keepCutouts } = this.#options;
    const { paths } = folder;
    const begun = performance.now();
    await folder.assertInPlace();
    const stem = await ledger.batches.reserveStem(owner, new Date());
    let record: BatchRecord | undefined;
    try {
      const good = received.filter(isGood);
      const bad = quarantineEntries(received, stem, paths);
      await writeQuarantineFiles(bad.flatMap(({ file }) => file ?? []));
      const messages = good.map(({ alert }) => alert.bytes);
      if (keepCutouts) await writeCutouts(paths.cutouts(stem), good.flatMap(cutoutsOf));
      const checksum = good.length > 0 ? await writeBatchFile(paths.batch(stem), messages) : undefined;
      record = {
        stem,
        vras: this.#options.vras,
        source: this.#options.source.name,
        diaObjectIds: good.map(({ alert }) => alert.diaObjectId),
        checksum,
        bytes: messages.reduce((sum, { length }) => sum + length, 0),
        lengths: Uint32Array.from(messages, ({ length }) => length),
        receivedMs: Float64Array.from(good, ({ message }) => believableArrival(message.receivedMs)),
        groupId: this.#options.groupId,
        ranges: offsetRanges(received),
        quarantined: bad.map(({ entry }) => entry),
        now: Date.now(),
        durationMs: performance.now() - begun,
      };
      await folder.assertInPlace();
      await ledger.batches.register(record);
    } catch (error) {
      if (record && !(error instanceof OffsetsTaken)) this.#inDoubt = record;
      else await this.#abandon(stem);
      throw error;
    }
    await this.#registered(record, received);
  }

  /** Asks the ledger about the attempt before, if it is in doubt; if it was not registered, it never will be. */
  async #wasRegistered(received: readonly ClassifiedMessage[]): Promise<boolean> {
    const record = this.#inDoubt;
    if (!record) return false;
    const isAbandoned = await this.#options.ledger.batches.abandonStem(record.stem, Date.now());
    this.#inDoubt = undefined;
    if (isAbandoned) await this.#abandon(record.stem);
    else await this.#registered(record, received);
    return !isAbandoned;
  }

  async #registered(record: BatchRecord, received: readonly ClassifiedMessage[]): Promise<void> {
    this.#count(record, received);
    await this.#tellSource(record, received);
    const { stem, diaObjectIds } = record;
    if (diaObjectIds.length === 0) return;
    this.#announcing = this.#announcing.then(() => this.#announce(stem, diaObjectIds.length));
  }

  #count(
    { stem, source, diaObjectIds, bytes, quarantined, durationMs = 0 }: BatchRecord,
    received: readonly ClassifiedMessage[],
  ): void {
    const { metrics, log } = this.#options;
    const alerts = diaObjectIds.length;
    this.#written.alerts += alerts;
    this.#written.batches += 1;
    this.#written.quarantined += quarantined.length;
    metrics.consumer.alertsConsumed.inc({ source }, alerts);
    metrics.consumer.alertBytesConsumed.inc({ source }, bytes);
    for (const { reason } of quarantined) metrics.quarantined.inc({ stage: 'consumer', reason });
    metrics.consumer.solarSystem.inc(received.filter((each) => isGood(each) && each.alert.solarSystem).length);
    const leftOut = received.filter(isLeftOut);
    for (const { leftOut: reason } of leftOut) metrics.consumer.leftOut.inc({ reason });
    const ms = Math.round(durationMs);
    const others = { quarantined: quarantined.length, leftOut: leftOut.length };
    log.info({ stem, source, alerts, bytes, ...others, ms }, 'batch registered');
  }

  async #tellSource({ stem, ranges }: BatchRecord, received: readonly ClassifiedMessage[]): Promise<void> {
    const { source, log } = this.#options;
    try {
      await source.onBatchRegistered?.({ stem, messages: received.map(({ message }) => message), ranges });
    } catch (error) {
      log.error({ stem, err: error }, `${stem} is registered, but its source could not be told: ${messageOf(error)}`);
    }
  }

  async #announce(stem: string, count: number): Promise<void> {
    const { bus, folder, log } = this.#options;
    try {
      const path = relative(folder.paths.root, folder.paths.batch(stem));
      await bus.publish(subjects.alerts(stem), { stem, count, path, at: Date.now() });
    } catch (error) {
      log.warn({ stem }, `${messageOf(error)}; the feature stage finds ${stem} by its sweep`);
    }
  }

  /** The batch without the partitions that other consumers registered first. */
  #dropTaken(batch: readonly ClassifiedMessage[], { partitions, message }: OffsetsTaken): readonly ClassifiedMessage[] {
    const taken = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
    const rest = batch.filter(
      ({ message: { origin } }) => !origin || !taken.has(`${origin.topic}/${origin.partition}`),
    );
    this.#options.log.warn(
      { dropped: batch.length - rest.length },
      `${message}; those alerts are dropped here and read again from there`,
    );
    return rest;
  }

  async #abandon(stem: string): Promise<void> {
    const { ledger, folder, log } = this.#options;
    try {
      await abandon(ledger.batches, folder, stem);
    } catch (error) {
      log.warn({ stem }, `the unused name ${stem} could not be given up: ${messageOf(error)}; it is given up later`);
    }
  }

  #recovered(): void {
    if (this.#problem !== undefined) this.#options.log.info('batches can be written again');
    this.#problem = undefined;
  }
}

function cutoutsOf({ alert: { diaObjectId, diaSourceId = '', cutouts } }: GoodAlert): AlertCutouts[] {
  return cutouts ? [{ diaObjectId, diaSourceId, images: cutouts }] : [];
}
