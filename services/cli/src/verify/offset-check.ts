import type { OffsetVerification } from '@lvra/shared/ledger/verify-offsets';
import type { Findings } from './findings.js';

/** Looks whether every offset that was read is in one stem, and the group goes on behind the last. */
export function checkOffsetRanges(offsets: OffsetVerification, findings: Findings): void {
  for (const partition of offsets.partitions()) {
    const where = `${partition.topic}[${partition.partition}]`;
    const { faults, last } = offsets.faults(partition);
    for (const { kind, before, after } of faults) {
      findings.add({
        check: 'offsets',
        stem: after.stem,
        what:
          kind === 'gap'
            ? `${where}: offsets ${before.next} to ${after.first - 1n} are in no stem; ${before.stem} ends before them`
            : `${where}: offsets ${after.first} to ${before.next - 1n} are in ${before.stem} too`,
        todo:
          kind === 'gap'
            ? 'compare with a copy of log.db; messages that are nowhere can be read again from Kafka for some days'
            : 'the alerts were read twice: compare the two batch files',
      });
    }
    if (last && partition.next !== undefined && partition.next !== last.next) {
      findings.add({
        check: 'offsets',
        stem: last.stem,
        what: `${where}: the group ${partition.groupId} goes on at ${partition.next}, but its last stem ends at ${last.next}`,
        todo: 'compare kafka_position and batch_offsets with a copy of log.db before the consumer is started again',
      });
    }
  }
}
