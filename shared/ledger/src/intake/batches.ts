import { type Checksum, instantOfStem, nextStem, STAGES, stemOf } from '@lvra/core';
import type { Database, Writing } from '../database.js';
import { type QuarantineEntry, QuarantineLedger } from '../quarantine.js';
import { Insert, statement, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { StemEventLog } from '../work/stem-events.js';
import { AlertPlaces } from './alert-places.js';
import { Checksums, type NewChecksum } from './checksums.js';
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
  /** Of each alert in the batch file, bytes; undefined if it is not known where in the file they are. */
  readonly lengths?: Uint32Array | undefined;
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

const TAKEN = valueQuestion<string>(
  ['batch', ...Object.values(STATUS_TABLE)]
    .map((table) => `SELECT stem FROM ${table} WHERE stem IN @stems`)
    .join(' UNION ALL '),
);
const RESERVE = statement('INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, ?, ?)');
const ABANDON = statement(
  'UPDATE batch SET abandoned_at = coalesce(abandoned_at, ?) WHERE stem = ? AND registered_at IS NULL',
);
const REGISTERED = valueQuestion<bigint>('SELECT 1 FROM batch WHERE stem = ? AND registered_at IS NOT NULL');
const CLEARED = statement('UPDATE batch SET cleared_at = ? WHERE stem = ? AND abandoned_at IS NOT NULL');
const UNREGISTERED = valueQuestion<string>(
  'SELECT stem FROM batch WHERE registered_at IS NULL AND cleared_at IS NULL AND reserved_at < ?',
);
const COMPLETE = statement(
  `UPDATE batch SET registered_at = ?, source = ?, alerts = ?, bytes = ?, received_ms = ?, oldest_ms = ?
   WHERE stem = ? AND registered_at IS NULL AND abandoned_at IS NULL`,
);
const MAP_OBJECTS = new Insert(
  'diaobjid_stems',
  { diaObjectId: 'integer', stem: 'text' },
  '(diaObjectId) DO UPDATE SET stem = excluded.stem WHERE excluded.stem >= diaobjid_stems.stem',
  ['diaObjectId'],
);
const ADD_RANGES = new Insert('batch_offsets', {
  ...{ stem: 'text', group_id: 'text', topic: 'text', partition: 'integer', first_offset: 'integer' },
  ...{ next_offset: 'integer', left_out: 'integer', gone: 'integer', skipped: 'integer' },
});
const OF_OTHERS = valueQuestion<string>(
  'SELECT stem FROM feature_making WHERE stem NOT IN (SELECT stem FROM batch) LIMIT 1',
);
const RECEIVED = valueQuestion<Uint8Array | null>('SELECT received_ms FROM batch WHERE stem = ?');

/** The consumer's side of the ledger: stem names, batches and Kafka positions. */
export class BatchLedger {
  readonly #database: Database;
  readonly #positions: KafkaPositions;
  readonly #events: StemEventLog;
  readonly #quarantine: QuarantineLedger;
  readonly #checksums: Checksums;
  readonly #places: AlertPlaces;
  /** The name that this process reserved last. */
  #last: string | undefined;

  constructor(database: Database, positions: KafkaPositions) {
    this.#database = database;
    this.#positions = positions;
    this.#events = new StemEventLog(database);
    this.#quarantine = new QuarantineLedger(database);
    this.#checksums = new Checksums(database);
    this.#places = new AlertPlaces(database);
  }

  /** Reserves the name of `instant`'s second, or of the next unused second. No name is ever reserved twice. */
  reserveStem(consumer: string, instant: Date): Promise<string> {
    return this.#database.writing(async (tx) => {
      let stem = stemOf(instant);
      if ((await tx.all(TAKEN, { stems: [stem] })).length > 0) stem = await this.#laterThan(tx, stem, instant);
      await tx.run(RESERVE, stem, consumer, instant.getTime());
      this.#last = stem;
      return stem;
    });
  }

  /**
   * If batches come quicker than seconds, all names from now to the last one are taken: continue after it, unless it lies
   * far ahead, from before the clock was set back.
   */
  async #laterThan(tx: Writing, stem: string, instant: Date): Promise<string> {
    const last = this.#last && instantOfStem(this.#last);
    const aheadMs = last ? last.getTime() - instant.getTime() : 0;
    let before = this.#last && aheadMs > 0 && aheadMs < FURTHEST_AHEAD_MS ? this.#last : stem;
    for (let count = 1; ; count *= 2) {
      const stems = [nextStem(before)];
      while (stems.length < count) stems.push(nextStem(stems.at(-1)!));
      const taken = new Set(await tx.all(TAKEN, { stems }));
      const free = stems.find((later) => !taken.has(later));
      if (free !== undefined) return free;
      before = stems.at(-1)!;
    }
  }

  /**
   * Gives a reserved name up for good: from now on nobody can register it, not even a consumer whose registration is
   * under way. So this also tells whether a registration that failed was committed all the same.
   *
   * @returns false if the stem is registered; it stays as it is
   */
  abandonStem(stem: string, now: number): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      await tx.run(ABANDON, now, stem);
      return (await tx.get(REGISTERED, stem)) === undefined;
    });
  }

  /** Records that nothing is left of what was written under an abandoned name. */
  async recordCleared(stem: string, now: number): Promise<void> {
    await this.#database.writing((tx) => tx.run(CLEARED, now, stem));
  }

  /**
   * Names reserved before `reservedBefore` (ms) that were never registered and may have files: their consumer was killed
   * on the way, before or after it gave them up.
   */
  unregistered(reservedBefore: number): Promise<string[]> {
    return this.#database.all(UNREGISTERED, reservedBefore);
  }

  /**
   * Registers a batch with everything that belongs to it, or nothing.
   *
   * @throws OffsetsTaken if the ledger's position of a partition is not the beginning of the batch
   */
  register(batch: BatchRecord): Promise<void> {
    return this.#database.writing(async (tx) => {
      const { stem, diaObjectIds, lengths, quarantined } = batch;
      if (batch.ranges.length > 0) await this.#advancePositions(tx, batch);
      await this.#complete(tx, batch);
      if (diaObjectIds.length > 0) await openStatuses(tx, batch);
      await tx.each(
        MAP_OBJECTS,
        diaObjectIds.map((id) => [id, stem]),
      );
      if (lengths && lengths.length > 0) {
        await this.#places.add(tx, stem, { diaObjectIds: BigInt64Array.from(diaObjectIds), lengths });
      }
      await this.#quarantine.add(tx, quarantined);
      await this.#checksums.recordAll(tx, checksumsOf(batch));
      await this.#events.append(tx, {
        stem,
        stage: 'consumer',
        vra: '',
        at: batch.now,
        status: quarantined.length > 0 ? -1 : 1,
        rows: diaObjectIds.length,
        durationMs: batch.durationMs,
        detail: detailOf(batch),
      });
    });
  }

  async #complete(tx: Writing, { stem, source, diaObjectIds, bytes, receivedMs, now }: BatchRecord): Promise<void> {
    const times = Buffer.from(receivedMs.buffer, receivedMs.byteOffset, receivedMs.byteLength);
    const values = [Math.round(now), source, diaObjectIds.length, bytes, times, oldestOf(receivedMs), stem];
    if ((await tx.run(COMPLETE, ...values)) === 0) {
      throw new Error(`stem ${stem} is not reserved any more; the batch was not registered and will be read again`);
    }
  }

  async #advancePositions(tx: Writing, { stem, groupId, ranges }: BatchRecord): Promise<void> {
    const ends = ranges.map((range) => ({ ...range, groupId }));
    const positions = await this.#positions.positions(ends, tx);
    const taken = ranges.flatMap(({ topic, partition, first }, at) => {
      const next = positions[at]?.next ?? first;
      return next === first ? [] : [{ topic, partition, next }];
    });
    if (taken.length > 0) throw new OffsetsTaken(taken);
    await this.#positions.advanceAll(tx, ends);
    const rows = ranges.map(({ topic, partition, first, next, leftOut = 0, gone = 0, skipped = 0 }) => [
      ...[stem, groupId, topic, partition, first, next, leftOut, gone, skipped],
    ]);
    await tx.each(ADD_RANGES, rows);
  }

  /** Where a group continues reading; undefined if it has never read the partition. */
  position(groupId: string, topic: string, partition: number): Promise<KafkaPosition | undefined> {
    return this.#positions.position({ groupId, topic, partition });
  }

  /** Whether the Python pipeline has made stems here. */
  async hasStemsOfOthers(): Promise<boolean> {
    return (await this.#database.get(OF_OTHERS)) !== undefined;
  }

  /** When Kafka received each alert of a stem, ms by position; undefined for stems of the Python pipeline. */
  async receivedMs(stem: string): Promise<Float64Array | undefined> {
    const bytes = await this.#database.get(RECEIVED, stem);
    return bytes ? new Float64Array(new Uint8Array(bytes).buffer) : undefined;
  }
}

async function openStatuses(tx: Writing, { stem, vras }: BatchRecord): Promise<void> {
  const columns = ['stem', ...vras.map(columnOf)].join(', ');
  for (const stage of STAGES) {
    const values = `?${', 0'.repeat(vras.length)}`;
    await tx.run(statement(`INSERT INTO ${STATUS_TABLE[stage]} (${columns}) VALUES (${values})`), stem);
  }
}

function checksumsOf({ stem, checksum, quarantined }: BatchRecord): NewChecksum[] {
  const ofBatch = checksum ? [{ stem, what: { kind: 'batch' }, checksum } as const] : [];
  const ofMessages = quarantined.flatMap(({ position, checksum }) =>
    checksum ? [{ stem, what: { kind: 'quarantined', position }, checksum } as const] : [],
  );
  return [...ofBatch, ...ofMessages];
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
