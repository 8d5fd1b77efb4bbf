import { relative } from 'node:path';
import type { Bus } from '@lvra/shared/bus/bus';
import { messageOf } from '@lvra/shared/errors';
import { type OffsetRange, OffsetsTaken } from '@lvra/shared/ledger/batches';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { QuarantineEntry } from '@lvra/shared/ledger/quarantine';
import type { Logger } from '@lvra/shared/observe/log';
import type { Metrics } from '@lvra/shared/observe/metrics';
import type { DataPaths } from '@lvra/shared/paths';
import { sleep } from '@lvra/shared/sleep';
import { subjects } from '@lvra/shared/subjects';
import { removeConsumerFiles, writeBatchFile, writeQuarantineFiles } from './batch-files.js';
import { type GoodAlert, isGood, offsetRanges, type Received } from './received.js';
import type { AlertSource } from './source.js';

export interface BatchWriterOptions {
  readonly source: AlertSource;
  readonly ledger: Ledger;
  readonly bus: Bus;
  readonly paths: DataPaths;
  readonly vras: readonly string[];
  readonly groupId: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Names this process in the ledger. */
  readonly owner: string;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Puts batches on disk and into the ledger, announces them, and tells the source.
 *
 * Where that fails (no space, a file system gone read-only, the ledger not to be had) the batch stays in memory
 * and is tried again for as long as it takes; meanwhile the source has to wait.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #signal: AbortSignal;
  #trouble: string | undefined;
  #unwritten = 0;
  #announcing = Promise.resolve();

  /** @param signal once it is aborted, a batch that cannot be written is given up after one more attempt */
  constructor(options: BatchWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Why batches cannot be written now; undefined while they can. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  /** How many messages were given up because the service had to stop while they could not be written. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /** Settles once every registered batch is announced; a slow bus does not hold up the batches. */
  announced(): Promise<void> {
    return this.#announcing;
  }

  /** Registers a batch. Never rejects. */
  async write(received: readonly Received[]): Promise<void> {
    let batch = received;
    for (let retryMs = FIRST_RETRY_MS; batch.length > 0; ) {
      const stopping = this.#signal.aborted;
      try {
        await this.#store(batch);
        this.#recovered();
        return;
      } catch (error) {
        if (error instanceof OffsetsTaken) {
          batch = this.#without(batch, error);
          continue;
        }
        this.#trouble = `a batch of ${batch.length} alerts cannot be written: ${messageOf(error)}`;
        if (stopping) {
          this.#unwritten += batch.length;
          return;
        }
        this.#options.log.error(
          { err: error, retryMs },
          `${this.#trouble}; it is kept in memory and tried again, and no more is consumed until then`,
        );
      }
      await sleep(retryMs, this.#signal);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  async #store(batch: readonly Received[]): Promise<void> {
    const begun = performance.now();
    const { ledger, owner } = this.#options;
    const stem = ledger.batches.reserveStem(owner, new Date());
    const good = batch.filter(isGood);
    const ranges = offsetRanges(batch);
    let quarantined: QuarantineEntry[];
    try {
      quarantined = await this.#writeFiles(stem, batch, good);
      this.#register(stem, good, ranges, quarantined, performance.now() - begun);
    } catch (error) {
      this.#abandon(stem);
      throw error;
    }
    this.#tell(stem, batch, good, ranges, quarantined, performance.now() - begun);
    if (good.length > 0) this.#announcing = this.#announcing.then(() => this.#announce(stem, good.length));
  }

  async #writeFiles(stem: string, batch: readonly Received[], good: readonly GoodAlert[]): Promise<QuarantineEntry[]> {
    const { paths } = this.#options;
    const at = Date.now();
    const bad = batch.flatMap((received, position) => {
      if (isGood(received)) return [];
      const { message, rejected } = received;
      const { bytes, origin, receivedMs } = message;
      const path = paths.quarantined(stem, 'consumer', position);
      const entry: QuarantineEntry = {
        stem,
        stage: 'consumer',
        position,
        reason: rejected.reason,
        detail: rejected.message,
        path: relative(paths.root, path),
        bytes: bytes.length,
        topic: origin?.topic,
        partition: origin?.partition,
        offset: origin?.offset,
        receivedMs: Number.isNaN(receivedMs) ? undefined : receivedMs,
        at,
      };
      return [{ entry, file: { path, bytes } }];
    });
    await writeQuarantineFiles(bad.map(({ file }) => file));
    if (good.length > 0) {
      await writeBatchFile(
        paths.batch(stem),
        good.map(({ message }) => message.bytes),
      );
    }
    return bad.map(({ entry }) => entry);
  }

  #register(
    stem: string,
    good: readonly GoodAlert[],
    ranges: readonly OffsetRange[],
    quarantined: readonly QuarantineEntry[],
    durationMs: number,
  ): void {
    const { ledger, vras, source, groupId } = this.#options;
    ledger.batches.register({
      stem,
      vras,
      source: source.name,
      diaObjectIds: good.map(({ diaObjectId }) => diaObjectId),
      bytes: bytesOf(good),
      receivedMs: Float64Array.from(good, ({ message }) => message.receivedMs),
      groupId,
      ranges,
      quarantined,
      now: Date.now(),
      durationMs,
    });
  }

  #tell(
    stem: string,
    batch: readonly Received[],
    good: readonly GoodAlert[],
    ranges: readonly OffsetRange[],
    quarantined: readonly QuarantineEntry[],
    durationMs: number,
  ): void {
    const { source, metrics, log } = this.#options;
    const bytes = bytesOf(good);
    metrics.alertsConsumed.inc({ source: source.name }, good.length);
    metrics.alertBytesConsumed.inc({ source: source.name }, bytes);
    for (const { reason } of quarantined) metrics.quarantined.inc({ stage: 'consumer', reason });
    log.info(
      {
        stem,
        source: source.name,
        alerts: good.length,
        bytes,
        quarantined: quarantined.length,
        ms: Math.round(durationMs),
      },
      'batch registered',
    );
    try {
      source.registered?.({ stem, messages: batch.map(({ message }) => message), ranges });
    } catch (error) {
      log.error({ stem, err: error }, `${stem} is registered, but its source could not be told: ${messageOf(error)}`);
    }
  }

  async #announce(stem: string, count: number): Promise<void> {
    const { bus, paths, log } = this.#options;
    try {
      const path = relative(paths.root, paths.batch(stem));
      await bus.publish(subjects.alerts(stem), { stem, count, path, at: Date.now() });
    } catch (error) {
      log.warn({ stem }, `${messageOf(error)}; the feature stage finds ${stem} by its sweep`);
    }
  }

  /** What is left of a batch after others have registered some of its partitions first. */
  #without(batch: readonly Received[], { partitions, message }: OffsetsTaken): readonly Received[] {
    const { source, log } = this.#options;
    const taken = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
    const rest = batch.filter(
      ({ message: { origin } }) => !origin || !taken.has(`${origin.topic}/${origin.partition}`),
    );
    log.warn(
      { dropped: batch.length - rest.length },
      `${message}; those alerts are dropped here and read again from there`,
    );
    source.overtaken?.();
    return rest;
  }

  #abandon(stem: string): void {
    const { ledger, paths, log } = this.#options;
    try {
      ledger.batches.abandonStem(stem, () => removeConsumerFiles(paths, stem));
    } catch (error) {
      log.warn(
        { stem },
        `the unused name ${stem} could not be given back: ${messageOf(error)}; it is cleared up later`,
      );
    }
  }

  #recovered(): void {
    if (this.#trouble !== undefined) this.#options.log.info('batches can be written again');
    this.#trouble = undefined;
  }
}

function bytesOf(good: readonly GoodAlert[]): number {
  return good.reduce((sum, { message }) => sum + message.bytes.length, 0);
}
