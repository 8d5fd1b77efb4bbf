import type { Database, Writing } from '../database.js';
import { Insert, question, statement } from '../statements.js';
import { AMONG, among, type GroupPartition, keyOf } from './group-partition.js';

/** A message that was read, at the end of a batch. */
export interface KafkaMark {
  readonly offset: bigint;
  readonly fingerprint: string;
}

/** Of this many newest batches each is kept, of twice as many every second one, and so on. */
const KEPT = 8n;

const OF = 'group_id = @groupId AND topic = @topic AND partition = @partition';
const NEWEST = question<{ groupId: string; topic: string; partition: bigint; batch: bigint }>(
  `SELECT group_id AS "groupId", topic, partition, max(batch) AS batch FROM kafka_trail WHERE ${AMONG} GROUP BY 1, 2, 3`,
);
const ADD = new Insert('kafka_trail', {
  ...{ group_id: 'text', topic: 'text', partition: 'integer', batch: 'integer' },
  ...{ '"offset"': 'integer', fingerprint: 'text' },
});
const THIN = statement(`DELETE FROM kafka_trail WHERE ${OF} AND batch = @batch`);
const CUT = statement(`DELETE FROM kafka_trail WHERE ${OF} AND "offset" >= @from`);
const MARKS = question<KafkaMark>(`SELECT "offset", fingerprint FROM kafka_trail WHERE ${OF} ORDER BY "offset"`);

/**
 * The fingerprints of the last messages of batches: dense near the position and thinner further back. Of n batches about
 * 4 log2(n) are kept.
 */
export class KafkaTrail {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In each of these partitions a batch ended with this message. */
  async add(tx: Writing, ends: readonly (GroupPartition & KafkaMark)[]): Promise<void> {
    const newest = new Map((await tx.all(NEWEST, among(ends))).map((row) => [keyOf(row), row.batch]));
    const numbered = ends.map((end) => ({ ...end, batch: (newest.get(keyOf(end)) ?? 0n) + 1n }));
    await tx.each(
      ADD,
      numbered.map((end) => [end.groupId, end.topic, end.partition, end.batch, end.offset, end.fingerprint]),
    );
    for (const { groupId, topic, partition, batch } of numbered) {
      await tx.run(THIN, { groupId, topic, partition, batch: goesWith(batch) });
    }
  }

  /** Forgets all from an offset on. */
  async cut(tx: Writing, { groupId, topic, partition }: GroupPartition, from: bigint): Promise<void> {
    await tx.run(CUT, { groupId, topic, partition, from });
  }

  /** In the order of their offsets. */
  marks({ groupId, topic, partition }: GroupPartition): Promise<KafkaMark[]> {
    return this.#database.all(MARKS, { groupId, topic, partition });
  }
}

/**
 * A batch whose number can be halved t times stays until it is KEPT * 2^t batches old. So with each batch the one goes that
 * is KEPT times as old as the greatest power of two that divides its number.
 */
function goesWith(batch: bigint): bigint {
  return batch - KEPT * (batch & -batch);
}
