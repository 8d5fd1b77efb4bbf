import { AssignerProtocol } from 'kafkajs';

/** What a member of a group tells the others: its topics and, for our members, their data folder. */
export interface MemberWish {
  readonly topics: readonly string[];
  readonly userData: string;
}

/**
 * @returns undefined if the bytes are of another protocol, or absent: any client may join a group of a public broker
 */
export function readWish(metadata: Buffer): MemberWish | undefined {
  return readable(() => {
    const wish = AssignerProtocol.MemberMetadata.decode(metadata);
    return wish && { topics: wish.topics, userData: wish.userData?.toString() ?? '' };
  });
}

/** @returns the partitions of each topic that a member was assigned; none if the bytes cannot be read */
export function readAssignment(assignment: Buffer): Readonly<Record<string, readonly number[]>> {
  return readable(() => AssignerProtocol.MemberAssignment.decode(assignment)?.assignment) ?? {};
}

function readable<T>(read: () => T | null | undefined): T | undefined {
  try {
    return read() ?? undefined;
  } catch (error) {
    // kafkajs reads beyond the end of what it does not understand.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}
