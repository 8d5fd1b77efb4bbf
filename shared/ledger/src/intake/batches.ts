import { type Checksum, instantOfStem, nextStem, STAGES, stemOf } from '@lvra/core';
import { type QuarantineEntry, QuarantineLedger } from '../quarantine.js';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';
import { StemEventLog } from '../work/stem-events.js';
import { Checksums } from './checksums.js';
import type { KafkaPosition, KafkaPositions } from './kafka-positions.js';

/** The offsets of one partition that a batch holds: [first, next). */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
  /** How many of its messages were counted and not taken. */
  readonly leftOut?: number;
  /** How many of its messages Kafka's retention had removed before they were read. */
  readonly gone?: number;
  /** How many of its offsets hold no message for a reader: markers of transactions, aborted and compacted messages. */
  readonly skipped?: number;
  /** Of the last message of the range; see kafka_position. */
  readonly fingerprint: string;
}

export interface BatchRecord {
  readonly stem: string;
  readonly vras: readonly string[];
  /** kafka, replay, simulate, quarantine. */
  readonly source: string;
  readonly diaObjectIds: readonly bigint[];
  readonly bytes: number;
  /** Of the batch file; undefined if there is none, because there is no alert. */
  readonly checksum?: Checksum | undefined;
  /** Milliseconds since 1970 at which Kafka received each alert; NaN where unknown. */
  readonly receivedMs: Float64Array;
  readonly groupId: string;
  readonly ranges: readonly OffsetRange[];
  readonly quarantined: readonly QuarantineEntry[];
  readonly now: number;
  readonly durationMs?: number;
}

/** Another consumer recorded some of these offsets first; nothing was written. */
export class OffsetsTaken extends Error {
  override readonly name = 'OffsetsTaken';
  constructor(readonly partitions: readonly { topic: string; partition: number; next: bigint }[]) {
    super(
      `another consumer has recorded ${partitions.map((p) => `${p.topic}[${p.partition}] up to ${p.next}`).join(', ')}`,
    );
  }
}

/** Names that run further ahead of the clock are from before it was set back. */
const FURTHEST_AHEAD_MS = 3_600_000;

/** The consumer's side of the ledger: stem names, batches and Kafka positions. */
export class BatchLedger {
  readonly #database: Database;
  readonly #positions: KafkaPositions;
  readonly #events: StemEventLog;
  readonly #quarantine: QuarantineLedger;
  readonly #checksums: Checksums;
  readonly #statements;
  /** The name that this process reserved last. */
  #last: string | undefined;

  constructor(database: Database, positions: KafkaPositions) {
    this.#database = database;
    this.#positions = positions;
    this.#events = new StemEventLog(database);
    this.#quarantine = new QuarantineLedger(database);
    this.#checksums = new Checksums(database);
    this.#statements = {
      taken: database.prepare(
        ['batch', ...Object.values(STATUS_TABLE)]
          .map((table) => `SELECT 1 FROM ${table} WHERE stem = @stem`)
          .join(' UNION ALL '),
      ),
      reserve: database.prepare('INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, ?, ?)'),
      abandon: database.prepare(
        'UPDATE batch SET abandoned_at = coalesce(abandoned_at, ?) WHERE stem = ? AND registered_at IS NULL',
      ),
      registered: database.prepare('SELECT 1 FROM batch WHERE stem = ? AND registered_at IS NOT NULL'),
      cleared: database.prepare('UPDATE batch SET cleared_at = ? WHERE stem = ? AND abandoned_at IS NOT NULL'),
      unregistered: database
        .prepare<[number], string>(
          'SELECT stem FROM batch WHERE registered_at IS NULL AND cleared_at IS NULL AND reserved_at < ?',
        )
        .pluck(),
      complete: database.prepare(
        'UPDATE batch SET registered_at = ?, source = ?, alerts = ?, bytes = ?, received_ms = ?, oldest_ms = ? WHERE stem = ? AND registered_at IS NULL AND abandoned_at IS NULL',
      ),
      object: database.prepare(
        `INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)
         ON CONFLICT (diaObjectId) DO UPDATE SET stem = excluded.stem
         WHERE excluded.stem >= diaobjid_stems.stem`,
      ),
      range: database.prepare(
        'INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset, left_out, gone, skipped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      ofOthers: database.prepare('SELECT 1 FROM feature_making WHERE stem NOT IN (SELECT stem FROM batch) LIMIT 1'),
      received: database.prepare<[string], Buffer | null>('SELECT received_ms FROM batch WHERE stem = ?').pluck(),
    };
  }

  /** Reserves the name of `instant`'s second, or of the next unused second. No name is ever reserved twice. */
  reserveStem(consumer: string, instant: Date): string {
    return writeTransaction(this.#database, () => {
      let stem = stemOf(instant);
      if (this.#isTaken(stem)) stem = this.#laterThan(stem, instant);
      this.#statements.reserve.run(stem, consumer, instant.getTime());
      this.#last = stem;
      return stem;
    });
  }

  /**
   * If batches come quicker than seconds, all names from now to the last one are taken: continue after it, unless it lies
   * far ahead, from before the clock was set back.
   */
  #laterThan(stem: string, instant: Date): string {
    const last = this.#last && instantOfStem(this.#last);
    const aheadMs = last ? last.getTime() - instant.getTime() : 0;
    let later = nextStem(this.#last && aheadMs > 0 && aheadMs < FURTHEST_AHEAD_MS ? this.#last : stem);
    while (this.#isTaken(later)) later = nextStem(later);
    return later;
  }

  #isTaken(stem: string): boolean {
    return this.#statements.taken.get({ stem }) !== undefined;
  }

  /**
   * Gives a reserved name up for good: from now on nobody can register it, not even a consumer whose registration is
   * under way. So this also tells whether a registration that failed was committed all the same.
   *
   * @returns false if the stem is registered; it stays as it is
   */
  abandonStem(stem: string, now: number): boolean {
    return writeTransaction(this.#database, () => {
      this.#statements.abandon.run(now, stem);
      return this.#statements.registered.get(stem) === undefined;
    });
  }

  /** Records that nothing is left of what was written under an abandoned name. */
  recordCleared(stem: string, now: number): void {
    writeTransaction(this.#database, () => this.#statements.cleared.run(now, stem));
  }

  /**
   * Names reserved before `reservedBefore` (ms) that were never registered and may have files: their consumer was killed
   * on the way, before or after it gave them up.
   */
  unregistered(reservedBefore: number): string[] {
    return this.#statements.unregistered.all(reservedBefore) as string[];
  }

  /**
   * Registers a batch with everything that belongs to it, or nothing.
   *
   * @throws OffsetsTaken if the ledger's position of a partition is not the beginning of the batch
   */
  register(batch: BatchRecord): void {
    writeTransaction(this.#database, () => {
      this.#advancePositions(batch);
      const { changes } = this.#statements.complete.run(
        Math.round(batch.now),
        batch.source,
        batch.diaObjectIds.length,
        batch.bytes,
        Buffer.from(batch.receivedMs.buffer, batch.receivedMs.byteOffset, batch.receivedMs.byteLength),
        oldestOf(batch.receivedMs),
        batch.stem,
      );
      if (changes === 0) {
        throw new Error(
          `stem ${batch.stem} is not reserved any more; the batch was not registered and will be read again`,
        );
      }
      if (batch.diaObjectIds.length > 0) this.#openStatuses(batch);
      for (const id of batch.diaObjectIds) this.#statements.object.run(id, batch.stem);
      if (batch.checksum) this.#checksums.record(batch.stem, { kind: 'batch' }, batch.checksum);
      for (const entry of batch.quarantined) {
        this.#quarantine.add(entry);
        const { position, checksum } = entry;
        if (checksum) this.#checksums.record(batch.stem, { kind: 'quarantined', position }, checksum);
      }
      this.#events.append({
        stem: batch.stem,
        stage: 'consumer',
        vra: '',
        at: batch.now,
        status: batch.quarantined.length > 0 ? -1 : 1,
        rows: batch.diaObjectIds.length,
        durationMs: batch.durationMs,
        detail: detailOf(batch),
      });
    });
  }

  #advancePositions(batch: BatchRecord): void {
    const taken = batch.ranges.flatMap(({ topic, partition, first }) => {
      const at = this.position(batch.groupId, topic, partition);
      return at && at.next !== first ? [{ topic, partition, next: at.next }] : [];
    });
    if (taken.length > 0) throw new OffsetsTaken(taken);
    for (const { topic, partition, first, next, leftOut = 0, gone = 0, skipped = 0, fingerprint } of batch.ranges) {
      this.#positions.advance({ groupId: batch.groupId, topic, partition }, next, fingerprint);
      this.#statements.range.run(batch.stem, batch.groupId, topic, partition, first, next, leftOut, gone, skipped);
    }
  }

  #openStatuses(batch: BatchRecord): void {
    const columns = batch.vras.map(columnOf);
    for (const stage of STAGES) {
      this.#database
        .prepare(
          `INSERT INTO ${STATUS_TABLE[stage]} (${['stem', ...columns].join(', ')}) VALUES (?${', 0'.repeat(columns.length)})`,
        )
        .run(batch.stem);
    }
  }

  /** Where a group continues reading; undefined if it has never read the partition. */
  position(groupId: string, topic: string, partition: number): KafkaPosition | undefined {
    return this.#positions.position({ groupId, topic, partition });
  }

  /** Whether the Python pipeline has made stems here. */
  hasStemsOfOthers(): boolean {
    return this.#statements.ofOthers.get() !== undefined;
  }

  /** When Kafka received each alert of a stem, ms by position; undefined for stems of the Python pipeline. */
  receivedMs(stem: string): Float64Array | undefined {
    const bytes = this.#statements.received.get(stem) as Buffer | null | undefined;
    if (!bytes) return undefined;
    return new Float64Array(new Uint8Array(bytes).buffer);
  }
}

/** The earliest of the times that are known. */
function oldestOf(receivedMs: Float64Array): number | null {
  let oldest = Number.POSITIVE_INFINITY;
  for (const at of receivedMs) if (at < oldest) oldest = at;
  return oldest === Number.POSITIVE_INFINITY ? null : Math.floor(oldest);
}

function detailOf({ quarantined, ranges }: BatchRecord): string | undefined {
  const leftOut = ranges.reduce((sum, range) => sum + (range.leftOut ?? 0), 0);
  const gone = ranges.reduce((sum, range) => sum + (range.gone ?? 0), 0);
  const parts = [
    ...(quarantined.length > 0 ? [`${quarantined.length} in quarantine`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    ...(gone > 0 ? [`${gone} before them were gone from Kafka`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}
