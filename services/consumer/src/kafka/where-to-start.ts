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
  const all = readers.map(({ topic, partition }) => ({ groupId, topic, partition }));
  const before = await ledger.positions(all);
  const fresh = all.filter((_, index) => before[index] === undefined && readers[index]?.origin === undefined);
  for (const of of fresh) await ledger.adopt(of);
  const known = fresh.length > 0 ? await ledger.positions(all) : before;
  const positions = new Map<string, KafkaPosition>();
  const readBefore = new ReadBefore(options);
  for (const [index, of] of all.entries()) {
    const position = known[index];
    if (!position) continue;
    positions.set(keyOf(of), position);
    await readBefore.begin(of, position.next);
  }
  return { places, positions, readBefore };
}
