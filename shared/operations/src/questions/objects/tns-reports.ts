import type { TnsOutcome, TnsRecord, TnsSite } from '@lvra/ledger';
import { iso } from '../../iso.js';

/** One report of an object to TNS. Null is what TNS has not said. */
export interface ReportRecord {
  /** A decimal string. */
  readonly submission: string;
  readonly site: TnsSite;
  readonly internalName: string;
  /** ISO 8601, UTC; null if the ledger has no time there. */
  readonly sentAt: string | null;
  /** TNS's receipt for its submission. */
  readonly reportId: string | null;
  readonly outcome: TnsOutcome | null;
  /** Its name at TNS, without prefix. */
  readonly objname: string | null;
  readonly detail: string | null;
  /** The JSON that was sent; the text of it if it is no JSON any more. */
  readonly report: unknown;
}

export function reportRecord(record: TnsRecord): ReportRecord {
  const { submission, site, internalName, sentAt, reportId, outcome, objname, detail, report } = record;
  return {
    ...{ submission: String(submission), site, internalName, sentAt: iso(sentAt) },
    ...{ reportId: reportId ?? null, outcome: outcome ?? null, objname: objname ?? null, detail: detail ?? null },
    report: parsedReport(report),
  };
}

/** Where it is no JSON any more, the text that is there. */
export function parsedReport(report: string): unknown {
  try {
    return JSON.parse(report);
  } catch (error) {
    if (error instanceof SyntaxError) return report;
    throw error;
  }
}
