import type { TnsRecord } from '@lvra/shared/ledger/tns';

/** After this time a report that TNS had taken is sure to be found there; until then it may be in a queue of its. */
export const DOUBT_MS = 15 * 60_000;

/** Whether nobody knows if TNS has the report: it was sent, or was about to be, and there is no receipt. */
export function isInDoubt({ outcome, reportId }: TnsRecord): boolean {
  return outcome === undefined && reportId === undefined;
}

/** Whether a report in doubt may be sent once more, if a person wants it. */
export function mayBeRepeated(record: TnsRecord, now: number): boolean {
  return isInDoubt(record) && now - record.sentAt >= DOUBT_MS;
}
