/** A partition as one group reads it. */
export interface GroupPartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** In SQL, the rows of some partitions, and of others if those differ in more than their numbers. */
export const AMONG = 'group_id IN @groups AND topic IN @topics AND partition IN @partitions';

/** The values of AMONG. */
export function among(of: readonly GroupPartition[]): {
  groups: readonly string[];
  topics: readonly string[];
  partitions: readonly bigint[];
} {
  return {
    groups: [...new Set(of.map(({ groupId }) => groupId))],
    topics: [...new Set(of.map(({ topic }) => topic))],
    partitions: [...new Set(of.map(({ partition }) => BigInt(partition)))],
  };
}

/** The names of topics have no space. */
export function keyOf(of: {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number | bigint;
}): string {
  return `${of.topic} ${of.partition} ${of.groupId}`;
}
