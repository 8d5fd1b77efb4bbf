import { type Admin, AssignerProtocol, type GroupMember, type PartitionAssigner } from 'kafkajs';
import { readWish } from './protocol.js';

/**
 * Assigns the partitions of each topic to the members that read it. kafkajs's own assigner gives the leader's topics to
 * every member, and no other topics, so members with different topics lose alerts. It has the same name, so both can be
 * in one group.
 *
 * @param admin knows the partitions of topics that this member does not read
 * @param mark tells members of this data folder from others
 */
export function subscribedAssigner(admin: Admin, mark: string): PartitionAssigner {
  return () => ({
    name: 'RoundRobinAssigner',
    version: 0,
    protocol: ({ topics }) => ({
      name: 'RoundRobinAssigner',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.from(mark) }),
    }),
    async assign({ members }) {
      const { topics } = await admin.fetchTopicMetadata();
      const partitions = new Map(
        topics.map(({ name, partitions }) => [name, partitions.map((each) => each.partitionId)]),
      );
      return [...share(members, partitions)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          ...{ version: 0, assignment, userData: Buffer.alloc(0) },
        }),
      }));
    },
  });
}

/** @returns by member ID the partitions that it gets, by topic */
function share(
  members: readonly GroupMember[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Map<string, Record<string, number[]>> {
  const assigned = new Map(members.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
  const readers = new Map<string, string[]>();
  for (const { memberId, memberMetadata } of members) {
    for (const topic of readWish(memberMetadata)?.topics ?? [])
      readers.set(topic, [...(readers.get(topic) ?? []), memberId].sort());
  }
  let turn = 0;
  for (const topic of [...readers.keys()].sort()) {
    const ofTopic = readers.get(topic) as string[];
    for (const partition of [...(partitions.get(topic) ?? [])].sort((a, b) => a - b)) {
      const given = assigned.get(ofTopic[turn++ % ofTopic.length] as string) as Record<string, number[]>;
      given[topic] = [...(given[topic] ?? []), partition];
    }
  }
  return assigned;
}
