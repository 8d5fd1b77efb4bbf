import type { Database, Questions, Writing } from '../database.js';
import { Insert, question, statement, valueQuestion } from '../statements.js';
import { AMONG, among, type GroupPartition, keyOf } from './group-partition.js';
import { KafkaSeen } from './kafka-seen.js';
import { type KafkaMark, KafkaTrail } from './kafka-trail.js';

/** Where a group continues reading a partition, and how to tell that the topic is still the same one. */
export interface KafkaPosition {
  readonly next: bigint;
  /** Of the message before `next`; empty if that one is not known. */
  readonly fingerprint: string;
  /** From `next` up to here Kafka holds nothing for a reader; `next` if that is not known. */
  readonly readTo: bigint;
  /**
   * Whether the group's offset in Kafka has had the mark since then: only then does an offset without it belong to another
   * consumer. Older releases left no mark.
   */
  readonly marked: boolean;
}

/**
 * Why reading of a partition continues elsewhere than where it ended: another consumer of the group has read further, the
 * topic has lost its end, or it was deleted and created again.
 */
export type TurnReason = 'read_by_others' | 'tail_lost' | 'replaced';

/** Offsets of a partition in a stem: [first, next). */
export interface StemRange {
  readonly stem: string;
  readonly first: bigint;
  readonly next: bigint;
}

/** Reading of a partition continued at `after` instead of at `before`. */
export interface Turn {
  readonly before: bigint;
  readonly after: bigint;
  readonly reason: TurnReason;
  /** ms since 1970 */
  readonly at: number;
}

/** Where a batch ends in a partition. */
export interface PartitionEnd extends GroupPartition {
  readonly next: bigint;
  /** Of the message before `next`; empty if that one is not known. */
  readonly fingerprint: string;
}

interface PositionRow {
  groupId: string;
  topic: string;
  partition: bigint;
  next: bigint;
  fingerprint: string;
  emptyTo: bigint;
  marked: bigint;
}

const OF = 'group_id = @groupId AND topic = @topic AND partition = @partition';
const POSITIONS = question<PositionRow>(
  `SELECT group_id AS "groupId", topic, partition, next_offset AS next, fingerprint, empty_to AS "emptyTo", marked
   FROM kafka_position WHERE ${AMONG}`,
);
const ADVANCE = new Insert(
  'kafka_position',
  {
    ...{ group_id: 'text', topic: 'text', partition: 'integer' },
    ...{ next_offset: 'integer', fingerprint: 'text', marked: 'integer' },
  },
  '(group_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, fingerprint = excluded.fingerprint',
  ['group_id', 'topic', 'partition'],
);
const NOT_EMPTY = statement(`UPDATE kafka_position SET empty_to = 0 WHERE ${OF}`);
const RECORD_MARK = statement(`UPDATE kafka_position SET marked = 1 WHERE ${OF}`);
const DOUBTFUL = valueQuestion<bigint | null>(
  `SELECT max(before_offset) FROM kafka_turn
   WHERE ${OF} AND reason = 'tail_lost' AND after_offset <= @next AND before_offset > @next
     AND ID > (SELECT coalesce(max(ID), 0) FROM kafka_turn WHERE ${OF} AND reason = 'replaced')`,
);
const RANGES = question<StemRange>(
  `SELECT stem, first_offset AS first, next_offset AS next FROM batch_offsets
   WHERE ${OF} AND next_offset > @next AND first_offset < @upTo`,
);
const ADOPT = statement(
  `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint, marked)
   SELECT @groupId, topic, partition, next_offset, fingerprint, 1 FROM kafka_position
   WHERE topic = @topic AND partition = @partition ORDER BY next_offset DESC LIMIT 1
   ON CONFLICT (group_id, topic, partition) DO NOTHING`,
);
const GROUPS = valueQuestion<string>('SELECT DISTINCT group_id FROM kafka_position ORDER BY 1');
const RECORD_EMPTY = statement(`UPDATE kafka_position SET empty_to = @to WHERE ${OF} AND next_offset = @next`);
const FORGET = statement(`DELETE FROM kafka_position WHERE ${OF}`);
const TURN = statement(
  `INSERT INTO kafka_turn (group_id, topic, partition, before_offset, after_offset, reason, at, event_ID)
   VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(ID), 0) FROM stem_event))`,
);

/** The positions of groups in Kafka, and the turns that no batch explains. */
export class KafkaPositions {
  readonly #database: Database;
  readonly #trail: KafkaTrail;
  /** The metadata of the offsets that consumers of this data folder commit: the folder's name. */
  readonly mark: string;
  readonly seen: KafkaSeen;

  constructor(database: Database, dataFolderId: string) {
    this.#database = database;
    this.#trail = new KafkaTrail(database);
    this.seen = new KafkaSeen(database);
    this.mark = `lvra ${dataFolderId}`;
  }

  /** Where a group continues reading; undefined if it has never read the partition. */
  async position(of: GroupPartition, ask: Questions = this.#database): Promise<KafkaPosition | undefined> {
    return (await this.positions([of], ask))[0];
  }

  /** Where groups continue reading, in the order of the partitions. */
  async positions(
    of: readonly GroupPartition[],
    ask: Questions = this.#database,
  ): Promise<(KafkaPosition | undefined)[]> {
    const rows = await ask.all(POSITIONS, among(of));
    const found = new Map(rows.map((row) => [keyOf(row), positionOf(row)]));
    return of.map((partition) => found.get(keyOf(partition)));
  }

  /**
   * Continues where the data folder was read as another group: renaming the group must not read any alert twice. Does
   * nothing if there is a position.
   */
  async adopt(of: GroupPartition): Promise<void> {
    await this.#database.writing((tx) => tx.run(ADOPT, placeOf(of)));
  }

  /** The groups that the data folder was read as. */
  groups(): Promise<string[]> {
    return this.#database.all(GROUPS);
  }

  /**
   * If the topic has lost its end, the messages that remain before the new position were read already.
   *
   * @returns the offset before which that is so, and the stems that read them; undefined if there is no such message
   */
  readBefore(
    of: GroupPartition,
    next: bigint,
  ): Promise<{ readonly upTo: bigint; readonly ranges: StemRange[] } | undefined> {
    return this.#database.reading(async (ask) => {
      const upTo = await ask.get(DOUBTFUL, { ...placeOf(of), next });
      if (typeof upTo !== 'bigint') return undefined;
      return { upTo, ranges: await ask.all(RANGES, { ...placeOf(of), next, upTo }) };
    });
  }

  /** A batch ends before `next`. */
  advance(tx: Writing, of: GroupPartition, next: bigint, fingerprint: string): Promise<void> {
    return this.advanceAll(tx, [{ ...of, next, fingerprint }]);
  }

  /** A batch ends there, in each of its partitions. */
  async advanceAll(tx: Writing, ends: readonly PartitionEnd[]): Promise<void> {
    const rows = ends.map((end) => [end.groupId, end.topic, end.partition, end.next, end.fingerprint, 1]);
    await tx.each(ADVANCE, rows);
    const known = ends.filter(({ fingerprint }) => fingerprint !== '');
    if (known.length === 0) return;
    await this.#trail.add(
      tx,
      known.map((end) => ({ ...end, offset: end.next - 1n })),
    );
  }

  /** Messages that were read of a partition, in the order of the offsets. */
  trail(of: GroupPartition): Promise<KafkaMark[]> {
    return this.#trail.marks(of);
  }

  /** Records that Kafka holds nothing for a reader from `next` to `to`, if the group is still at `next`. */
  async recordEmpty(of: GroupPartition, next: bigint, to: bigint): Promise<void> {
    await this.#database.writing((tx) => tx.run(RECORD_EMPTY, { ...placeOf(of), next, to }));
  }

  /** Records that the group's offset in Kafka has the mark now. */
  async recordMark(of: GroupPartition): Promise<void> {
    await this.#database.writing((tx) => tx.run(RECORD_MARK, placeOf(of)));
  }

  /**
   * Continues elsewhere, and records why. The position of a topic that was replaced is forgotten: nothing is known of the
   * new one.
   *
   * @param fingerprint of the message before `turn.after`, if that one is known
   * @returns false if the position is not at `turn.before` any more, because another consumer was faster
   */
  turn(of: GroupPartition, { before, after, reason, at }: Turn, fingerprint = ''): Promise<boolean> {
    const { groupId, topic, partition } = of;
    return this.#database.writing(async (tx) => {
      if ((await this.position(of, tx))?.next !== before) return false;
      if (reason === 'replaced') await tx.run(FORGET, placeOf(of));
      if (reason !== 'read_by_others') {
        await this.#trail.cut(tx, of, reason === 'replaced' ? 0n : after - 1n);
        await tx.run(NOT_EMPTY, placeOf(of));
      }
      if (reason !== 'replaced') await this.advance(tx, of, after, fingerprint);
      await tx.run(TURN, groupId, topic, partition, before, after, reason, at);
      return true;
    });
  }
}

function placeOf({ groupId, topic, partition }: GroupPartition): { groupId: string; topic: string; partition: number } {
  return { groupId, topic, partition };
}

function positionOf({ next, fingerprint, emptyTo, marked }: PositionRow): KafkaPosition {
  return { next, fingerprint, readTo: emptyTo > next ? emptyTo : next, marked: marked !== 0n };
}
