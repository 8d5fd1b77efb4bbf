import type { Admin } from 'kafkajs';

/**
 * Whether Kafka refuses us because the group has members that share partitions out in another way, as librdkafka's do:
 * the Python pipeline's consumer, which never leaves the group, is one until its session is over.
 */
export function isGroupHeld(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } };
  return [type, cause?.type].includes('INCONSISTENT_GROUP_PROTOCOL');
}

/** Says who holds a group, and what is waited for. */
export async function whoHolds(admin: Admin, groupId: string): Promise<string> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups.flatMap((group) => group.members.map(nameOf));
  const who = members.length > 0 ? [...new Set(members)].join(', ') : 'a consumer that has gone since';
  return (
    `the group ${groupId} has a member of another kind: ${who}. ` +
    "As long as such a consumer runs, the alerts are its own; once it has ended Kafka waits for its session (45 s with the Python pipeline's)"
  );
}

/** Kafka writes an address with a slash before it. */
function nameOf({ clientId, clientHost }: { clientId: string; clientHost: string }): string {
  return `${clientId} at ${clientHost.replace(/^\//, '')}`;
}
