import type { KafkaPosition } from '@lvra/ledger';
import type { Admin } from 'kafkajs';
import { keyOf, type OffsetSpan } from '../partition/topic-partition.js';

/** A partition in Kafka, and the group's offset in it. */
export interface GroupPlace {
  /** Undefined if the group has never committed one. */
  readonly committed: bigint | undefined;
  /** Whether a consumer of this ledger made the last commit. */
  readonly isOurs: boolean;
  readonly span: OffsetSpan;
}

/**
 * Asks Kafka for the group's offsets in the partitions of some topics.
 *
 * @param mark metadata of our commits; a commit by another consumer removes it
 * @returns by `keyOf`
 */
export async function groupPlaces(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
  mark: string,
): Promise<Map<string, GroupPlace>> {
  const places = new Map<string, GroupPlace>();
  if (topics.length === 0) return places;
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
  for (const { topic, partitions } of committed) {
    const spans = await offsetSpans(admin, topic);
    for (const { partition, offset, metadata } of partitions) {
      const span = spans.get(partition);
      if (!span) continue;
      const at = BigInt(offset);
      places.set(keyOf({ topic, partition }), { committed: at < 0n ? undefined : at, isOurs: metadata === mark, span });
    }
  }
  return places;
}

/** The offsets that each partition of a topic has. */
export async function offsetSpans(admin: Admin, topic: string): Promise<Map<number, OffsetSpan>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/**
 * How far another consumer of the group has read beyond the ledger's position.
 *
 * An offset with the ledger's own mark beyond its position means that the ledger was restored from an older copy: what
 * came after must be read again. The same holds for a ledger whose earlier release set no mark.
 *
 * @returns undefined if the position is authoritative
 */
export function readByOthersUpTo(position: KafkaPosition, { committed, isOurs, span }: GroupPlace): bigint | undefined {
  if (committed === undefined || isOurs || !position.marked) return undefined;
  return committed > position.next && committed <= span.high ? committed : undefined;
}

/** Whether the group's offset in Kafka differs from the ledger's, or lacks its mark. */
export function isUnmarked(position: KafkaPosition, { committed, isOurs }: GroupPlace): boolean {
  return !isOurs || !position.marked || committed !== position.next;
}
