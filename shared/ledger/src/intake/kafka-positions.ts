import { type Database, writeTransaction } from '../sqlite/connection.js';
import type { GroupPartition } from './group-partition.js';
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

/** The positions of groups in Kafka, and the turns that no batch explains. */
export class KafkaPositions {
  readonly #database: Database;
  readonly #statements;
  readonly #trail: KafkaTrail;
  /** The metadata of the offsets that consumers of this data folder commit: the folder's name. */
  readonly mark: string;
  readonly seen: KafkaSeen;

  constructor(database: Database) {
    this.#database = database;
    this.#trail = new KafkaTrail(database);
    this.seen = new KafkaSeen(database);
    this.mark = `lvra ${database.prepare('SELECT id FROM data_folder').pluck().get()}`;
    this.#statements = {
      position: database.prepare<
        [string, string, number],
        { next_offset: bigint; fingerprint: string; empty_to: bigint; marked: bigint }
      >(
        'SELECT next_offset, fingerprint, empty_to, marked FROM kafka_position WHERE group_id = ? AND topic = ? AND partition = ?',
      ),
      advance: database.prepare(
        `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint, marked) VALUES (?, ?, ?, ?, ?, 1)
         ON CONFLICT (group_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, fingerprint = excluded.fingerprint`,
      ),
      notEmpty: database.prepare(
        'UPDATE kafka_position SET empty_to = 0 WHERE group_id = ? AND topic = ? AND partition = ?',
      ),
      recordMark: database.prepare(
        'UPDATE kafka_position SET marked = 1 WHERE group_id = ? AND topic = ? AND partition = ?',
      ),
      doubtful: database
        .prepare<[GroupPartition & { next: bigint }], bigint | null>(
          `SELECT max(before_offset) FROM kafka_turn
           WHERE group_id = @groupId AND topic = @topic AND partition = @partition AND reason = 'tail_lost'
             AND after_offset <= @next AND before_offset > @next
             AND ID > (SELECT coalesce(max(ID), 0) FROM kafka_turn
               WHERE group_id = @groupId AND topic = @topic AND partition = @partition AND reason = 'replaced')`,
        )
        .pluck(),
      ranges: database.prepare<[GroupPartition & { next: bigint; upTo: bigint }], StemRange>(
        `SELECT stem, first_offset AS first, next_offset AS next FROM batch_offsets
         WHERE group_id = @groupId AND topic = @topic AND partition = @partition
           AND next_offset > @next AND first_offset < @upTo`,
      ),
      adopt: database.prepare(
        `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint, marked)
         SELECT @groupId, topic, partition, next_offset, fingerprint, 1 FROM kafka_position
         WHERE topic = @topic AND partition = @partition ORDER BY next_offset DESC LIMIT 1
         ON CONFLICT (group_id, topic, partition) DO NOTHING`,
      ),
      groups: database.prepare('SELECT DISTINCT group_id FROM kafka_position ORDER BY 1').pluck(),
      recordEmpty: database.prepare(
        'UPDATE kafka_position SET empty_to = ? WHERE group_id = ? AND topic = ? AND partition = ? AND next_offset = ?',
      ),
      forget: database.prepare('DELETE FROM kafka_position WHERE group_id = ? AND topic = ? AND partition = ?'),
      turn: database.prepare(
        `INSERT INTO kafka_turn (group_id, topic, partition, before_offset, after_offset, reason, at, event_ID)
         VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(ID), 0) FROM stem_event))`,
      ),
    };
  }

  /** Where a group continues reading; undefined if it has never read the partition. */
  position({ groupId, topic, partition }: GroupPartition): KafkaPosition | undefined {
    const row = this.#statements.position.get(groupId, topic, partition);
    if (!row) return undefined;
    const { next_offset: next, fingerprint, empty_to: emptyTo, marked } = row;
    return { next, fingerprint, readTo: emptyTo > next ? emptyTo : next, marked: marked !== 0n };
  }

  /**
   * Continues where the data folder was read as another group: renaming the group must not read any alert twice. Does
   * nothing if there is a position.
   */
  adopt({ groupId, topic, partition }: GroupPartition): void {
    this.#statements.adopt.run({ groupId, topic, partition });
  }

  /** The groups that the data folder was read as. */
  groups(): string[] {
    return this.#statements.groups.all() as string[];
  }

  /**
   * If the topic has lost its end, the messages that remain before the new position were read already.
   *
   * @returns the offset before which that is so, and the stems that read them; undefined if there is no such message
   */
  readBefore(of: GroupPartition, next: bigint): { readonly upTo: bigint; readonly ranges: StemRange[] } | undefined {
    const { groupId, topic, partition } = of;
    const upTo = this.#statements.doubtful.get({ groupId, topic, partition, next });
    if (typeof upTo !== 'bigint') return undefined;
    return { upTo, ranges: this.#statements.ranges.all({ groupId, topic, partition, next, upTo }) };
  }

  /** A batch ends before `next`; to be called in its transaction. */
  advance(of: GroupPartition, next: bigint, fingerprint: string): void {
    const { groupId, topic, partition } = of;
    this.#statements.advance.run(groupId, topic, partition, next, fingerprint);
    if (fingerprint !== '') this.#trail.add(of, { offset: next - 1n, fingerprint });
  }

  /** Messages that were read of a partition, in the order of the offsets. */
  trail(of: GroupPartition): KafkaMark[] {
    return this.#trail.marks(of);
  }

  /** Records that Kafka holds nothing for a reader from `next` to `to`, if the group is still at `next`. */
  recordEmpty({ groupId, topic, partition }: GroupPartition, next: bigint, to: bigint): void {
    writeTransaction(this.#database, () => this.#statements.recordEmpty.run(to, groupId, topic, partition, next));
  }

  /** Records that the group's offset in Kafka has the mark now. */
  recordMark({ groupId, topic, partition }: GroupPartition): void {
    this.#statements.recordMark.run(groupId, topic, partition);
  }

  /**
   * Continues elsewhere, and records why. The position of a topic that was replaced is forgotten: nothing is known of the
   * new one.
   *
   * @param fingerprint of the message before `turn.after`, if that one is known
   * @returns false if the position is not at `turn.before` any more, because another consumer was faster
   */
  turn(of: GroupPartition, { before, after, reason, at }: Turn, fingerprint = ''): boolean {
    const { groupId, topic, partition } = of;
    return writeTransaction(this.#database, () => {
      if (this.position(of)?.next !== before) return false;
      if (reason === 'replaced') this.#statements.forget.run(groupId, topic, partition);
      if (reason !== 'read_by_others') {
        this.#trail.cut(of, reason === 'replaced' ? 0n : after - 1n);
        this.#statements.notEmpty.run(groupId, topic, partition);
      }
      if (reason !== 'replaced') this.advance(of, after, fingerprint);
      this.#statements.turn.run(groupId, topic, partition, before, after, reason, at);
      return true;
    });
  }
}
