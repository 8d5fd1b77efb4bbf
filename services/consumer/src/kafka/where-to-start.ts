import type { KafkaPosition, KafkaPositions } from '@lvra/ledger';
import type { Admin } from 'kafkajs';
import { type GroupPlace, groupPlaces } from './group/places.js';
import type { PartitionReader } from './partition/partition-reader.js';
import { ReadBefore, type ReadBeforeOptions } from './partition/read-before.js';
import { keyOf } from './partition/topic-partition.js';

export interface WhereToStartOptions extends ReadBeforeOptions {
  readonly admin: Admin;
  readonly positions: KafkaPositions;
  /** Topics that exist, with the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
}

/** What is known of partitions before they are read; maps are by `keyOf`. */
export interface Starts {
  /** The group's offsets in Kafka. */
  readonly places: ReadonlyMap<string, GroupPlace>;
  /** The ledger's positions. */
  readonly positions: ReadonlyMap<string, KafkaPosition>;
  readonly readBefore: ReadBefore;
}

/** Asks Kafka and the ledger where reading starts. It changes nothing that is in use: a later start may come in between. */
export async function whereToStart(options: WhereToStartOptions, readers: readonly PartitionReader[]): Promise<Starts> {
  const { admin, groupId, topics, positions: ledger } = options;
  const places = await groupPlaces(admin, groupId, [...topics.keys()], ledger.mark);
  const positions = new Map<string, KafkaPosition>();
  const readBefore = new ReadBefore(options);
  for (const { topic, partition, origin } of readers) {
    const of = { groupId, topic, partition };
    if (origin === undefined) await ledger.adopt(of);
    const position = await ledger.position(of);
    if (!position) continue;
    positions.set(keyOf(of), position);
    await readBefore.begin(of, position.next);
  }
  return { places, positions, readBefore };
}
