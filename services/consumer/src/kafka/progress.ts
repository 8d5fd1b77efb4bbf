import type { KafkaPositions } from '@lvra/ledger';
import type { GroupPlace } from './group/places.js';
import type { PartitionReader } from './partition/partition-reader.js';
import { keyOf, type OffsetSpan } from './partition/topic-partition.js';

export interface KafkaProgressOptions {
  readonly groupId: string;
  readonly positions: KafkaPositions;
  /** Topics that exist, with the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
}

/** Records how far Kafka is, for `lvra verify` and the lag, which ask the ledger. */
export class KafkaProgress {
  readonly #options: KafkaProgressOptions;

  constructor(options: KafkaProgressOptions) {
    this.#options = options;
  }

  /** Records how far the partitions of a topic reach. @param places the group's offsets in Kafka, by `keyOf` */
  async record(
    topic: string,
    spans: ReadonlyMap<number, OffsetSpan>,
    places: ReadonlyMap<string, GroupPlace>,
  ): Promise<void> {
    const { positions, groupId, topics } = this.#options;
    const known = await positions.positions([...spans.keys()].map((partition) => ({ groupId, topic, partition })));
    const seen = [...spans].map(([partition, { low, high }], index) => {
      const next = known[index]?.readTo ?? places.get(keyOf({ topic, partition }))?.committed ?? low;
      return { partition, high, next };
    });
    await positions.seen.see(groupId, [...topics.keys()], topic, seen, Date.now());
  }

  /** Records that only offsets without a message follow: a transaction always leaves its marker at the end. */
  async recordEmpty({ topic, partition, position, emptyTo }: PartitionReader): Promise<void> {
    if (!position || emptyTo <= position.next) return;
    const { positions, groupId } = this.#options;
    const known = await positions.position({ groupId, topic, partition });
    if (known?.next === position.next && known.readTo < emptyTo) {
      await positions.recordEmpty({ groupId, topic, partition }, position.next, emptyTo);
    }
  }
}
