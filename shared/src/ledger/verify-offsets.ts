import type { Database } from './connection.js';

/** Offsets of a partition in a stem: [first, next). */
export interface StemRange {
  readonly stem: string;
  readonly first: bigint;
  readonly next: bigint;
}

/** One partition as a group has read it. */
export interface ReadPartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Where the group goes on reading; undefined where the position was forgotten with its topic. */
  readonly next: bigint | undefined;
  /** From `next` up to here Kafka held nothing for a reader. */
  readonly readTo: bigint | undefined;
}

/** Two ranges that do not meet. */
export interface OffsetFault {
  readonly kind: 'gap' | 'overlap';
  readonly before: StemRange;
  readonly after: StemRange;
}

/** Which offsets were read by which stems, and whether each was read once. */
export class OffsetVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  partitions(): ReadPartition[] {
    const rows = this.#database
      .prepare(
        `SELECT read.group_id, read.topic, read.partition, next_offset, max(next_offset, empty_to) AS read_to
         FROM (SELECT DISTINCT group_id, topic, partition FROM batch_offsets
               UNION SELECT group_id, topic, partition FROM kafka_position) read
         LEFT JOIN kafka_position USING (group_id, topic, partition) ORDER BY 1, 2, 3`,
      )
      .all() as Record<string, unknown>[];
    return rows.map((row) => ({
      groupId: row.group_id as string,
      topic: row.topic as string,
      partition: Number(row.partition),
      next: (row.next_offset as bigint | null) ?? undefined,
      readTo: (row.read_to as bigint | null) ?? undefined,
    }));
  }

  /**
   * Where the ranges of a partition, in the order in which they were registered, do not follow on each other. A range
   * that begins at 0 again is the beginning of a topic that was deleted and created anew.
   *
   * @returns the faults, and the last range
   */
  faults({ groupId, topic, partition }: ReadPartition): { faults: OffsetFault[]; last: StemRange | undefined } {
    const ranges = this.#database
      .prepare<[string, string, number], { stem: string; first: bigint; next: bigint }>(
        `SELECT batch_offsets.stem, first_offset AS first, next_offset AS next FROM batch_offsets
         JOIN stem_event ON stem_event.stem = batch_offsets.stem AND stem_event.stage = 'consumer'
         WHERE group_id = ? AND topic = ? AND partition = ? ORDER BY stem_event.ID`,
      )
      .iterate(groupId, topic, partition);
    const faults: OffsetFault[] = [];
    let last: StemRange | undefined;
    for (const range of ranges) {
      if (last && range.first > last.next) faults.push({ kind: 'gap', before: last, after: range });
      if (last && range.first < last.next && range.first > 0n) {
        faults.push({ kind: 'overlap', before: last, after: range });
      }
      last = range;
    }
    return { faults, last };
  }
}
