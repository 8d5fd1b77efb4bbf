import type { Database } from '../database.js';
import { Insert, question, statement } from '../statements.js';

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

interface LagRow {
  topic: string;
  partition: bigint;
  at: bigint;
  high: bigint;
  seen: bigint;
  registered: bigint | null;
  empty: bigint | null;
}

const FORGET_OTHERS = statement('DELETE FROM kafka_seen WHERE group_id <> @groupId OR NOT (topic IN @topics)');
const SEE = new Insert(
  'kafka_seen',
  {
    ...{ group_id: 'text', topic: 'text', partition: 'integer' },
    ...{ high_offset: 'integer', next_offset: 'integer', at: 'integer' },
  },
  `(group_id, topic, partition) DO UPDATE SET
     high_offset = excluded.high_offset, next_offset = excluded.next_offset, at = excluded.at`,
  ['group_id', 'topic', 'partition'],
);
const LAGS = question<LagRow>(
  `SELECT s.topic, s.partition, s.at, s.high_offset AS high, s.next_offset AS seen, p.next_offset AS registered,
     p.empty_to AS empty
   FROM kafka_seen s LEFT JOIN kafka_position p USING (group_id, topic, partition)`,
);

/**
 * How far partitions reached when a consumer last asked: only the consumer has Kafka's password, and its lag matters most
 * while it is down.
 */
export class KafkaSeen {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
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
  ): Promise<void> {
    const at = Math.round(now);
    return this.#database.writing(async (tx) => {
      await tx.run(FORGET_OTHERS, { groupId, topics });
      await tx.each(
        SEE,
        partitions.map(({ partition, high, next }) => [groupId, topic, partition, high, next, at]),
      );
    });
  }

  /** Batches registered since then count as read. */
  async lags(): Promise<Lag[]> {
    return (await this.#database.all(LAGS)).map(({ topic, partition, at, high, seen, registered, empty }) => {
      const left = [seen, registered ?? 0n, empty ?? 0n].map((read) => Number(high - read));
      return { topic, partition: Number(partition), messages: Math.max(0, Math.min(...left)), at: Number(at) };
    });
  }
}
