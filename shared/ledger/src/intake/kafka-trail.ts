import type { Database } from '../sqlite/connection.js';
import type { GroupPartition } from './group-partition.js';

/** A message that was read, at the end of a batch. */
export interface KafkaMark {
  readonly offset: bigint;
  readonly fingerprint: string;
}

/** Of this many newest batches each is kept, of twice as many every second one, and so on. */
const KEPT = 8n;
/** More than any partition has batches. */
const LARGEST_AGE = 1n << 40n;

/**
 * The fingerprints of the last messages of batches: dense near the position and thinner further back. Of n batches about
 * 4 log2(n) are kept.
 */
export class KafkaTrail {
  readonly #statements;

  constructor(database: Database) {
    const of = 'group_id = @groupId AND topic = @topic AND partition = @partition';
    this.#statements = {
      add: database
        .prepare<[GroupPartition & KafkaMark], bigint>(
          `INSERT INTO kafka_trail (group_id, topic, partition, batch, offset, fingerprint)
           SELECT @groupId, @topic, @partition, coalesce(max(batch), 0) + 1, @offset, @fingerprint
           FROM kafka_trail WHERE ${of} RETURNING batch`,
        )
        .pluck(),
      thin: database.prepare(`DELETE FROM kafka_trail WHERE ${of} AND batch = @batch`),
      cut: database.prepare(`DELETE FROM kafka_trail WHERE ${of} AND offset >= @from`),
      marks: database.prepare<[GroupPartition], KafkaMark>(
        `SELECT offset, fingerprint FROM kafka_trail WHERE ${of} ORDER BY offset`,
      ),
    };
  }

  /** A batch ended with this message. */
  add(of: GroupPartition, mark: KafkaMark): void {
    const newest = this.#statements.add.get({ ...placeOf(of), ...mark }) as bigint;
    // A batch whose number can be halved t times stays until it is KEPT * 2^t batches old.
    for (let halvings = 1n; KEPT * halvings < LARGEST_AGE && KEPT * halvings < newest; halvings *= 2n) {
      const batch = newest - KEPT * halvings;
      if (batch % halvings === 0n && batch % (halvings * 2n) !== 0n)
        this.#statements.thin.run({ ...placeOf(of), batch });
    }
  }

  /** Forgets all from an offset on. */
  cut(of: GroupPartition, from: bigint): void {
    this.#statements.cut.run({ ...placeOf(of), from });
  }

  /** In the order of their offsets. */
  marks(of: GroupPartition): KafkaMark[] {
    return this.#statements.marks.all(placeOf(of));
  }
}

function placeOf({ groupId, topic, partition }: GroupPartition): GroupPartition {
  return { groupId, topic, partition };
}
