import type { Checksum, QuarantineReason } from '@lvra/core';
import { type Database, writeTransaction } from './sqlite/connection.js';

/**
 * One alert that could not be used, or that a model could not score. Its bytes are the file at `path`, or at `position`
 * in it if that is the batch file of the stem.
 */
export interface QuarantineEntry {
  readonly stem: string;
  readonly stage: 'consumer' | 'feature' | 'predict';
  /** Of the model that has no score of it; like the ids, only with the stage predict. */
  readonly vra?: string | undefined;
  readonly diaObjectId?: bigint | undefined;
  readonly diaSourceId?: bigint | undefined;
  /** Consumer: the message's number within the stem's input. The others: the alert's position in the batch file. */
  readonly position: number;
  readonly reason: QuarantineReason;
  readonly detail: string;
  /** Below the data root; empty if its bytes could not be kept, and then `bytes` is 0. */
  readonly path: string;
  readonly bytes: number;
  /** Of a file of its own; kept beside the entry. */
  readonly checksum?: Checksum | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: bigint | undefined;
  /** How many offsets it stands for: more than one if a batch of Kafka could not be unpacked. */
  readonly offsets?: number | undefined;
  readonly receivedMs?: number | undefined;
  readonly at: number;
}

export interface QuarantinedAlert extends QuarantineEntry {
  readonly id: bigint;
  /** The stem under which it was read again, if it was. */
  readonly replayedAs: string | undefined;
  /** When `lvra prune` removed its bytes, ms since 1970. */
  readonly prunedAt: number | undefined;
}

/** What can be replayed; an index holds no others. */
export const IS_OPEN = 'replayed_as IS NULL AND pruned_at IS NULL';

const COLUMNS =
  'ID, stem, stage, vra, diaObjectId, diaSourceId, position, reason, detail, path, bytes, topic, partition, kafka_offset, offsets, received_ms, at, replayed_as, pruned_at';

/** The list of alerts in quarantine. */
export class QuarantineLedger {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      add: database.prepare(
        `INSERT INTO quarantine (stem, stage, vra, diaObjectId, diaSourceId, position, reason, detail, path, bytes, topic, partition,
           kafka_offset, offsets, received_ms, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stem, stage, vra, position) DO NOTHING`,
      ),
      remove: database.prepare(
        "DELETE FROM quarantine WHERE stem = ? AND stage = 'predict' AND vra = ? AND replayed_as IS NULL",
      ),
      list: database.prepare(`SELECT ${COLUMNS} FROM quarantine WHERE ${IS_OPEN} ORDER BY ID`),
      listAll: database.prepare(`SELECT ${COLUMNS} FROM quarantine ORDER BY ID`),
      get: database.prepare(`SELECT ${COLUMNS} FROM quarantine WHERE ID = ?`),
      // The models of several VRAs may have quarantined one alert, whose bytes are kept once.
      replayed: database.prepare(
        `UPDATE quarantine SET replayed_as = @stem WHERE ID = @id OR (path <> ''
           AND (stem, stage, position) = (SELECT stem, stage, position FROM quarantine WHERE ID = @id))`,
      ),
      nights: database
        .prepare(`SELECT DISTINCT substr(stem, 1, 8) FROM quarantine WHERE ${IS_OPEN} AND path <> '' ORDER BY 1`)
        .pluck(),
      pruned: database.prepare(
        `UPDATE quarantine SET pruned_at = @at WHERE ${IS_OPEN} AND path <> '' AND substr(stem, 1, 8) = @night`,
      ),
    };
  }

  /** Adds an alert; one that an earlier attempt has listed stays as it is. */
  add(entry: QuarantineEntry): void {
    this.#statements.add.run(
      entry.stem,
      entry.stage,
      entry.vra ?? '',
      entry.diaObjectId ?? null,
      entry.diaSourceId ?? null,
      entry.position,
      entry.reason,
      entry.detail,
      entry.path,
      entry.bytes,
      entry.topic ?? null,
      entry.partition ?? null,
      entry.offset ?? null,
      entry.offsets ?? 1,
      entry.receivedMs ?? null,
      Math.round(entry.at),
    );
  }

  /** Removes the alerts of a stem that a VRA's model could not score: the stem is tried once more. */
  removeUnscored(stem: string, vra: string): void {
    this.#statements.remove.run(stem, vra);
  }

  /** The alerts in quarantine, oldest first; those that were replayed, or whose bytes are gone, only with `all`. */
  list(options: { all: boolean } = { all: false }): QuarantinedAlert[] {
    const rows = (options.all ? this.#statements.listAll : this.#statements.list).all();
    return (rows as Record<string, unknown>[]).map(toAlert);
  }

  get(id: bigint): QuarantinedAlert | undefined {
    const row = this.#statements.get.get(id) as Record<string, unknown> | undefined;
    return row && toAlert(row);
  }

  /** Marks an alert as read again, also where other VRAs' models quarantined it. */
  markReplayed(id: bigint, stem: string): void {
    this.#statements.replayed.run({ id, stem });
  }

  /** The nights, YYYYMMDD, of the alerts whose bytes should be there. */
  nights(): string[] {
    return this.#statements.nights.all() as string[];
  }

  /** Marks the alerts of a night as without their bytes. @returns how many they are */
  markPruned(night: string, at: number): number {
    return writeTransaction(this.#database, () => this.#statements.pruned.run({ night, at: Math.round(at) }).changes);
  }
}

function toAlert(row: Record<string, unknown>): QuarantinedAlert {
  return {
    id: row.ID as bigint,
    stem: row.stem as string,
    stage: row.stage as QuarantineEntry['stage'],
    vra: (row.vra as string) || undefined,
    diaObjectId: (row.diaObjectId as bigint | null) ?? undefined,
    diaSourceId: (row.diaSourceId as bigint | null) ?? undefined,
    position: Number(row.position),
    reason: row.reason as QuarantineReason,
    detail: row.detail as string,
    path: row.path as string,
    bytes: Number(row.bytes),
    topic: (row.topic as string | null) ?? undefined,
    partition: row.partition === null ? undefined : Number(row.partition),
    offset: (row.kafka_offset as bigint | null) ?? undefined,
    offsets: Number(row.offsets),
    receivedMs: (row.received_ms as number | null) ?? undefined,
    at: Number(row.at),
    replayedAs: (row.replayed_as as string | null) ?? undefined,
    prunedAt: row.pruned_at === null ? undefined : Number(row.pruned_at),
  };
}
