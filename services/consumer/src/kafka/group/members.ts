import type { Admin, MemberDescription } from 'kafkajs';
import { readAssignment, readWish } from './protocol.js';

/** The client id of all our consumers. */
export const CLIENT_ID = 'lvra-consumer';

/**
 * Whether Kafka refuses us because members of the group use another assignment protocol, as librdkafka's do. The Python
 * pipeline's consumer never leaves the group: it is a member until its session expires.
 */
export function isGroupHeld(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } };
  return [type, cause?.type].includes('INCONSISTENT_GROUP_PROTOCOL');
}

/** Describes who holds a group, and what we wait for. */
export async function whoHolds(admin: Admin, groupId: string): Promise<string> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups.flatMap((group) => group.members.map(nameOf));
  const who = members.length > 0 ? [...new Set(members)].join(', ') : 'a consumer that has gone since';
  return (
    `the group ${groupId} has a member of another kind: ${who}. ` +
    "As long as such a consumer runs, it gets the alerts; once it has ended Kafka waits for its session to expire (45 s with the Python pipeline's)"
  );
}

/** Kafka writes an address with a slash before it. */
function nameOf({ clientId, clientHost }: { clientId: string; clientHost: string }): string {
  return `${clientId} at ${clientHost.replace(/^\//, '')}`;
}

/** Partitions of our topics that no consumer of this data folder reads. */
export interface StrayPartitions {
  readonly count: number;
  /** Who has them, and what to do. */
  readonly report: string;
}

/**
 * Checks who reads the partitions of our topics.
 *
 * @param topics with the number of their partitions
 * @param mark tells members of this data folder from others
 * @returns undefined while the group rebalances
 */
export async function strayPartitions(
  admin: Admin,
  groupId: string,
  topics: ReadonlyMap<string, number>,
  mark: string,
): Promise<StrayPartitions | undefined> {
  const { groups } = await admin.describeGroups([groupId]);
  const [group] = groups;
  if (group?.state !== 'Stable') return undefined;
  const readers = new Map<string, string>();
  for (const member of group.members) {
    const reader = isOfDataFolder(member, mark) ? OURS : nameOf(member);
    for (const [topic, partitions] of Object.entries(readAssignment(member.memberAssignment))) {
      for (const partition of partitions) readers.set(`${topic}[${partition}]`, reader);
    }
  }
  const stray = new Map<string, string[]>();
  for (const [topic, partitions] of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      const name = `${topic}[${partition}]`;
      const reader = readers.get(name) ?? 'no member of the group';
      if (reader !== OURS) stray.set(reader, [...(stray.get(reader) ?? []), name]);
    }
  }
  const count = [...stray.values()].reduce((sum, names) => sum + names.length, 0);
  const parts = [...stray].map(([reader, names]) => `${listed(names)} read by ${reader}`);
  const others = group.members.filter((member) => !isOfDataFolder(member, mark)).map(nameOf);
  const who = others.length > 0 ? ` beside ${[...new Set(others)].join(', ')}` : '';
  return {
    count,
    report:
      `alerts do not come here: ${parts.join('; ')}. The group ${groupId} is used by another program${who}: ` +
      "set a group_id that is this pipeline's alone",
  };
}

const OURS = 'ours';
const MOST_LISTED = 5;

/** Members of a release that set no mark are known by their client id. */
function isOfDataFolder({ clientId, memberMetadata }: MemberDescription, mark: string): boolean {
  const userData = readWish(memberMetadata)?.userData;
  return userData === mark || (userData === '' && clientId === CLIENT_ID);
}

function listed(names: readonly string[]): string {
  const left = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
