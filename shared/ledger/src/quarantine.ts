import type { Checksum, QuarantineReason } from '@lvra/core';
import type { Database, Writing } from './database.js';
import { Insert, question, statement, valueQuestion } from './statements.js';

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

/** The columns of a row. */
export const SELECT_QUARANTINED = `SELECT ID AS id, stem, stage, vra, diaObjectId AS "diaObjectId", diaSourceId AS "diaSourceId", position, reason,
  detail, path, bytes, topic, partition, kafka_offset, offsets, received_ms, at, replayed_as, pruned_at FROM quarantine`;

export interface QuarantineRow {
  id: bigint;
  stem: string;
  stage: QuarantineEntry['stage'];
  vra: string;
  diaObjectId: bigint | null;
  diaSourceId: bigint | null;
  position: bigint;
  reason: QuarantineReason;
  detail: string;
  path: string;
  bytes: bigint;
  topic: string | null;
  partition: bigint | null;
  kafka_offset: bigint | null;
  offsets: bigint;
  received_ms: number | null;
  at: bigint;
  replayed_as: string | null;
  pruned_at: bigint | null;
}

const ADD = new Insert(
  'quarantine',
  {
    ...{
      stem: 'text',
      stage: 'text',
      vra: 'text',
      diaObjectId: 'integer',
      diaSourceId: 'integer',
      position: 'integer',
    },
    ...{ reason: 'text', detail: 'text', path: 'text', bytes: 'integer', topic: 'text', partition: 'integer' },
    ...{ kafka_offset: 'integer', offsets: 'integer', received_ms: 'real', at: 'integer' },
  },
  '(stem, stage, vra, position) DO NOTHING',
);
const REMOVE = statement(
  "DELETE FROM quarantine WHERE stem = ? AND stage = 'predict' AND vra = ? AND replayed_as IS NULL",
);
const LIST = question<QuarantineRow>(`${SELECT_QUARANTINED} WHERE ${IS_OPEN} ORDER BY ID`);
const LIST_ALL = question<QuarantineRow>(`${SELECT_QUARANTINED} ORDER BY ID`);
const GET = question<QuarantineRow>(`${SELECT_QUARANTINED} WHERE ID = ?`);
/** The models of several VRAs may have quarantined one alert, whose bytes are kept once. */
const REPLAYED = statement(
  `UPDATE quarantine SET replayed_as = @stem WHERE ID = @id OR (path <> ''
     AND (stem, stage, position) = (SELECT stem, stage, position FROM quarantine WHERE ID = @id))`,
);
const NIGHTS = valueQuestion<string>(
  `SELECT DISTINCT substr(stem, 1, 8) FROM quarantine WHERE ${IS_OPEN} AND path <> '' ORDER BY 1`,
);
const PRUNED = statement(
  `UPDATE quarantine SET pruned_at = @at WHERE ${IS_OPEN} AND path <> '' AND substr(stem, 1, 8) = @night`,
);

/** The list of alerts in quarantine. */
export class QuarantineLedger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds alerts; one that an earlier attempt has listed stays as it is. */
  async add(tx: Writing, entries: readonly QuarantineEntry[]): Promise<void> {
    const rows = entries.map((entry) => [
      ...[entry.stem, entry.stage, entry.vra ?? '', entry.diaObjectId ?? null, entry.diaSourceId ?? null],
      ...[entry.position, entry.reason, entry.detail, entry.path, entry.bytes, entry.topic ?? null],
      ...[entry.partition ?? null, entry.offset ?? null, entry.offsets ?? 1, entry.receivedMs ?? null],
      Math.round(entry.at),
    ]);
    await tx.each(ADD, rows);
  }

  /** Removes the alerts of a stem that a VRA's model could not score: the stem is tried once more. */
  async removeUnscored(tx: Writing, stem: string, vra: string): Promise<void> {
    await tx.run(REMOVE, stem, vra);
  }

  /** The alerts in quarantine, oldest first; those that were replayed, or whose bytes are gone, only with `all`. */
  async list(options: { all: boolean } = { all: false }): Promise<QuarantinedAlert[]> {
    return (await this.#database.all(options.all ? LIST_ALL : LIST)).map(quarantinedAlertOf);
  }

  async get(id: bigint): Promise<QuarantinedAlert | undefined> {
    const row = await this.#database.get(GET, id);
    return row && quarantinedAlertOf(row);
  }

  /** Marks an alert as read again, also where other VRAs' models quarantined it. */
  async markReplayed(id: bigint, stem: string): Promise<void> {
    await this.#database.writing((tx) => tx.run(REPLAYED, { id, stem }));
  }

  /** The nights, YYYYMMDD, of the alerts whose bytes should be there. */
  nights(): Promise<string[]> {
    return this.#database.all(NIGHTS);
  }

  /** Marks the alerts of a night as without their bytes. @returns how many they are */
  markPruned(night: string, at: number): Promise<number> {
    return this.#database.writing((tx) => tx.run(PRUNED, { night, at: Math.round(at) }));
  }
}

export function quarantinedAlertOf(row: QuarantineRow): QuarantinedAlert {
  const { kafka_offset: offset, received_ms: receivedMs, replayed_as: replayedAs, pruned_at: prunedAt, ...entry } = row;
  return {
    ...entry,
    vra: row.vra || undefined,
    diaObjectId: row.diaObjectId ?? undefined,
    diaSourceId: row.diaSourceId ?? undefined,
    position: Number(row.position),
    bytes: Number(row.bytes),
    topic: row.topic ?? undefined,
    partition: row.partition === null ? undefined : Number(row.partition),
    offset: offset ?? undefined,
    offsets: Number(row.offsets),
    receivedMs: receivedMs ?? undefined,
    at: Number(row.at),
    replayedAs: replayedAs ?? undefined,
    prunedAt: prunedAt === null ? undefined : Number(prunedAt),
  };
}
