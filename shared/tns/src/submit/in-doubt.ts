import type { TnsRecord } from '@lvra/ledger';

/** After this time a report that TNS took can be found there; until then it may be in TNS's queue. */
export const DOUBT_MS = 15 * 60_000;

/** Whether it is unknown if TNS has the report: it was sent, or about to be, and there is no receipt. */
export function isInDoubt({ outcome, reportId }: TnsRecord): boolean {
  return outcome === undefined && reportId === undefined;
}

/** Whether a report in doubt may be sent again, if the operator asks for it. */
export function mayBeRepeated(record: TnsRecord, now: number): boolean {
  return isInDoubt(record) && now - record.sentAt >= DOUBT_MS;
}
