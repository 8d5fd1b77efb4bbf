import type { KeptTurn, OffsetFault, OffsetVerification } from '@lvra/ledger';
import { FROM_BACKUP } from './advice.js';
import type { Findings } from './findings.js';

/** Checks that every offset that was read is in one stem, and that the group continues after the last. */
export async function checkOffsetRanges(offsets: OffsetVerification, findings: Findings): Promise<void> {
  for (const partition of await offsets.partitions()) {
    const where = `${partition.topic}[${partition.partition}]`;
    const { faults, turns, last, end } = await offsets.course(partition);
    for (const fault of faults) addFault(where, fault, findings);
    for (const turn of turns) noteTurn(where, partition.groupId, turn, findings);
    if (!last || partition.next === end) continue;
    const what =
      partition.next === undefined
        ? `the ledger does not say where the group ${partition.groupId} continues; its last stem ends at ${last.next}`
        : `the group ${partition.groupId} continues at ${partition.next}, but its last stem ends at ${last.next}`;
    const todo = `before the consumer is started again, ${FROM_BACKUP}`;
    findings.add({ check: 'offsets', stem: last.stem, what: `${where}: ${what}`, todo });
  }
}

function addFault(where: string, { kind, from, before, after }: OffsetFault, findings: Findings): void {
  const isGap = kind === 'gap';
  findings.add({
    check: 'offsets',
    stem: after.stem,
    what: isGap
      ? `${where}: offsets ${from} to ${after.first - 1n} are in no stem; ${before.stem} ends before them`
      : `${where}: offsets ${after.first} to ${from - 1n} are in ${before.stem} too`,
    todo: isGap
      ? `rows of batch_offsets are gone or altered: ${FROM_BACKUP}; what is nowhere can be read again from Kafka for some days`
      : `rows of batch_offsets are altered: ${FROM_BACKUP}; otherwise the alerts were read twice`,
  });
}

/** Notes each turn of a partition: why reading continued elsewhere. */
function noteTurn(where: string, groupId: string, { before, after, reason, at }: KeptTurn, findings: Findings): void {
  const when = new Date(at).toISOString().slice(0, 19);
  if (reason === 'read_by_others') {
    findings.counts.readByOthers += Number(after - before);
    findings.note(
      `${where}: offsets ${before} to ${after - 1n} were read by another consumer of the group ${groupId}, before ${when}`,
    );
    return;
  }
  if (reason === 'tail_lost') {
    findings.note(
      `${where} had lost its end when it was read at ${when}: offsets ${after} to ${before - 1n} were read again, without the messages that were the same ones`,
    );
    return;
  }
  findings.note(
    `${where} was read from its beginning again, offset ${after}, at ${when}: the topic was deleted and created again after offset ${before - 1n}`,
  );
}
