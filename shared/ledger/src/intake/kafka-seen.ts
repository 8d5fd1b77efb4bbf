import { type Database, writeTransaction } from '../sqlite/connection.js';

/** A partition as of when a consumer last asked Kafka about it. */
export interface SeenPartition {
  readonly partition: number;
  /** The offset that the next message will get. */
  readonly high: bigint;
  /** The one to be read next. */
  readonly next: bigint;
}

/** How far a partition is behind. */
export interface Lag {
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
  /** When a consumer asked Kafka, ms since 1970. */
  readonly at: number;
}

/**
 * How far partitions reached when a consumer last asked: only the consumer has Kafka's password, and its lag matters most
 * while it is down.
 */
export class KafkaSeen {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      forgetOthers: database.prepare(
        `DELETE FROM kafka_seen WHERE group_id <> @groupId OR topic NOT IN (SELECT value FROM json_each(@topics))`,
      ),
      see: database.prepare(
        `INSERT INTO kafka_seen (group_id, topic, partition, high_offset, next_offset, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (group_id, topic, partition) DO UPDATE SET
           high_offset = excluded.high_offset, next_offset = excluded.next_offset, at = excluded.at`,
      ),
      lags: database.prepare<[], { topic: string; partition: bigint; messages: bigint; at: bigint }>(
        `SELECT seen.topic, seen.partition, seen.at, max(0, seen.high_offset
           - max(seen.next_offset, coalesce(position.next_offset, 0), coalesce(position.empty_to, 0))) AS messages
         FROM kafka_seen seen LEFT JOIN kafka_position position USING (group_id, topic, partition)`,
      ),
    };
  }

  /**
   * Records how far the partitions of a topic reach.
   *
   * @param topics all that the group reads here; what is known of others is forgotten
   */
  see(
    groupId: string,
    topics: readonly string[],
    topic: string,
    partitions: readonly SeenPartition[],
    now: number,
  ): void {
    writeTransaction(this.#database, () => {
      this.#statements.forgetOthers.run({ groupId, topics: JSON.stringify(topics) });
      for (const { partition, high, next } of partitions) {
        this.#statements.see.run(groupId, topic, partition, high, next, Math.round(now));
      }
    });
  }

  /** Batches registered since then count as read. */
  lags(): Lag[] {
    return this.#statements.lags.all().map(({ topic, partition, messages, at }) => ({
      topic,
      partition: Number(partition),
      messages: Number(messages),
      at: Number(at),
    }));
  }
}
