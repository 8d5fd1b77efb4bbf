import { type Database, writeTransaction } from './sqlite/connection.js';

/** Where reports go: the sandbox forgets them every Sunday, the live one never. */
export type TnsSite = 'sandbox' | 'live';

/** The outcome of a report. */
export const TNS_OUTCOMES = [
  /** TNS made a new object of it. */
  'inserted',
  /** TNS added it to an object that others had reported. */
  'existing',
  /** TNS has the very same report already. */
  'identical',
  /** Its answer was lost; TNS has the object under the internal name of the report. */
  'found',
  /** Its answer was lost, TNS did not know of it when asked, and an operator had it sent once more. */
  'lost',
  /** TNS refused it. */
  'refused',
  /** It certainly never reached TNS. */
  'not_sent',
] as const;

export type TnsOutcome = (typeof TNS_OUTCOMES)[number];

/** With one of these an object is at TNS, or may be: it is sent again only if an operator asks for it. */
const AT_TNS: readonly TnsOutcome[] = ['inserted', 'existing', 'identical', 'found', 'lost'];

/** One report of one object. */
export interface TnsRecord {
  readonly submission: bigint;
  readonly site: TnsSite;
  readonly diaObjectId: bigint;
  readonly internalName: string;
  /** The JSON that was sent. */
  readonly report: string;
  /** When it was about to be sent, ms since 1970. */
  readonly sentAt: number;
  /** TNS's receipt for its submission; undefined if none was recorded. */
  readonly reportId: string | undefined;
  /** Undefined while there is no answer: awaited if there is a receipt, otherwise in doubt. */
  readonly outcome: TnsOutcome | undefined;
  /** Its name at TNS, without prefix. */
  readonly objname: string | undefined;
  readonly detail: string | undefined;
}

/** A report that is to be sent. */
export interface NewTnsReport {
  readonly diaObjectId: bigint;
  readonly internalName: string;
  readonly report: string;
}

/** The recorded outcome of one report. */
export interface TnsSettlement {
  readonly diaObjectId: bigint;
  readonly outcome: TnsOutcome;
  readonly objname?: string | undefined;
  readonly detail?: string | undefined;
}

const COLUMNS = `r.submission_ID, r.site, r.diaObjectId, r.internal_name, r.report, s.sent_at, s.report_id, r.outcome,
  r.objname, r.detail`;

/**
 * What was reported to TNS, and the outcomes.
 *
 * A report is recorded before it is sent, and as long as it has no outcome no other report of its object can be
 * begun: a process that is killed in between leaves a report in doubt, and never two.
 */
export class TnsLedger {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    const select = `SELECT ${COLUMNS} FROM tns_report r JOIN tns_submission s ON s.ID = r.submission_ID`;
    this.#statements = {
      ofObject: database.prepare<[bigint], Row>(`${select} WHERE r.diaObjectId = ? ORDER BY r.submission_ID`),
      open: database.prepare<[TnsSite], Row>(
        `${select} WHERE r.site = ? AND r.outcome IS NULL ORDER BY r.submission_ID, r.place`,
      ),
      ofSubmission: database.prepare<[bigint], Row>(`${select} WHERE r.submission_ID = ? ORDER BY r.place`),
      submit: database.prepare('INSERT INTO tns_submission (site, sender, sent_at) VALUES (?, ?, ?)'),
      report: database.prepare(
        `INSERT INTO tns_report (submission_ID, place, site, diaObjectId, internal_name, report)
         VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      receipt: database.prepare('UPDATE tns_submission SET report_id = ? WHERE ID = ? AND report_id IS NULL'),
      settle: database.prepare(
        `UPDATE tns_report SET outcome = ?, objname = ?, detail = ?, settled_at = ?
         WHERE submission_ID = ? AND diaObjectId = ? AND outcome IS NULL`,
      ),
      stemsOf: database
        .prepare<{ id: bigint }, string>(
          `SELECT stem FROM diaobjid_stems WHERE diaObjectId = @id
           UNION SELECT stem FROM provenance WHERE diaObjectId = @id AND stem IS NOT NULL ORDER BY stem DESC`,
        )
        .pluck(),
      scores: database.prepare<[Record<string, string | null>], { diaObjectId: bigint; score: number | null }>(
        `SELECT p.diaObjectId, p.score FROM provenance p LEFT JOIN source USING (diaSourceId)
         WHERE p.model_name = @vra AND p.stem >= @night AND p.diaObjectId IS NOT NULL
           AND (p.model_version IS NULL OR p.model_version IS NOT @without)
         ORDER BY source.midpointMjdTai, p.diaSourceId, p.model_version IS @version, p.ID`,
      ),
    };
  }

  /** All reports of an object, at both sites, oldest first. */
  ofObject(diaObjectId: bigint): TnsRecord[] {
    return this.#statements.ofObject.all(diaObjectId).map(recordOf);
  }

  /** The report that keeps an object from being reported (again) at a site; undefined if none does. */
  standing(site: TnsSite, diaObjectId: bigint): TnsRecord | undefined {
    return this.ofObject(diaObjectId).findLast((record) => record.site === site && isStanding(record));
  }

  /** Every report without an outcome, oldest submission first, in the order in which they were sent. */
  open(site: TnsSite): TnsRecord[] {
    return this.#statements.open.all(site).map(recordOf);
  }

  /** The reports of a submission, in the order in which they were sent. */
  ofSubmission(submission: bigint): TnsRecord[] {
    return this.#statements.ofSubmission.all(submission).map(recordOf);
  }

  /**
   * Records that these reports are about to be sent, in one submission, and leaves out those that may not be.
   *
   * @param again also objects that are at TNS already; one with an open report is still left out
   * @returns the submission; undefined if none of them may be sent
   */
  begin(
    site: TnsSite,
    reports: readonly NewTnsReport[],
    { sender, again, now }: { sender: string; again: boolean; now: number },
  ): { submission: bigint | undefined; taken: readonly NewTnsReport[] } {
    return writeTransaction(this.#database, () => {
      const taken = reports.filter(({ diaObjectId }) => {
        const standing = this.standing(site, diaObjectId);
        return standing === undefined || (again && standing.outcome !== undefined && !this.#isOpen(site, diaObjectId));
      });
      if (taken.length === 0) return { submission: undefined, taken };
      const submission = BigInt(this.#statements.submit.run(site, sender, Math.round(now)).lastInsertRowid);
      taken.forEach(({ diaObjectId, internalName, report }, place) => {
        this.#statements.report.run(submission, place, site, diaObjectId, internalName, report);
      });
      return { submission, taken };
    });
  }

  #isOpen(site: TnsSite, diaObjectId: bigint): boolean {
    return this.ofObject(diaObjectId).some((record) => record.site === site && record.outcome === undefined);
  }

  /** Records TNS's receipt for a submission. */
  received(submission: bigint, reportId: string): void {
    writeTransaction(this.#database, () => this.#statements.receipt.run(reportId, submission));
  }

  /** Records the outcomes of reports; one that has an outcome keeps it. */
  settle(submission: bigint, settlements: readonly TnsSettlement[], now: number): void {
    writeTransaction(this.#database, () => {
      for (const { diaObjectId, outcome, objname, detail } of settlements) {
        this.#statements.settle.run(
          ...[outcome, objname ?? null, detail ?? null, Math.round(now), submission, diaObjectId],
        );
      }
    });
  }

  /** The stems whose batch files may hold the object, newest first. */
  stemsOf(diaObjectId: bigint): string[] {
    return this.#statements.stemsOf.all({ id: diaObjectId }) as string[];
  }

  /**
   * The objects whose newest score in the stems of a night or later is greater than `above`, in the order of those
   * scores. Of several scores of a source, the one of the configured version counts.
   *
   * @param version of the configured model
   * @param night YYYYMMDD, UTC
   * @param without a model version whose scores do not count
   */
  objectsAbove(
    { vra, version }: { readonly vra: string; readonly version: string },
    above: number,
    night: string,
    without?: string,
  ): bigint[] {
    const of = { vra, version, night, without: without ?? null };
    const newest = new Map<bigint, number | null>();
    for (const { diaObjectId, score } of this.#statements.scores.all(of)) {
      // The last one wins.
      newest.delete(diaObjectId);
      newest.set(diaObjectId, score);
    }
    return [...newest].flatMap(([diaObjectId, score]) => (score !== null && score > above ? diaObjectId : []));
  }
}

function isStanding({ outcome }: TnsRecord): boolean {
  return outcome === undefined || AT_TNS.includes(outcome);
}

interface Row {
  submission_ID: bigint;
  site: TnsSite;
  diaObjectId: bigint;
  internal_name: string;
  report: string;
  sent_at: bigint;
  report_id: string | null;
  outcome: TnsOutcome | null;
  objname: string | null;
  detail: string | null;
}

function recordOf(row: Row): TnsRecord {
  return {
    submission: row.submission_ID,
    site: row.site,
    diaObjectId: row.diaObjectId,
    internalName: row.internal_name,
    report: row.report,
    sentAt: Number(row.sent_at),
    reportId: row.report_id ?? undefined,
    outcome: row.outcome ?? undefined,
    objname: row.objname ?? undefined,
    detail: row.detail ?? undefined,
  };
}
