export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The offsets that a partition has: [low, high). */
export interface OffsetSpan {
  readonly low: bigint;
  readonly high: bigint;
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
