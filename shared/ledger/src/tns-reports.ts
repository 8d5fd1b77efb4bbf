import type { Database, Questions } from './database.js';
import { Insert, question, statement, tupleQuestion, valueQuestion } from './statements.js';

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

const SELECT = `SELECT r.submission_ID AS submission, r.site, r.diaObjectId AS "diaObjectId", r.internal_name AS "internalName",
    r.report, s.sent_at AS "sentAt", s.report_id AS "reportId", r.outcome, r.objname, r.detail
  FROM tns_report r JOIN tns_submission s ON s.ID = r.submission_ID`;

interface Row {
  submission: bigint;
  site: TnsSite;
  diaObjectId: bigint;
  internalName: string;
  report: string;
  sentAt: bigint;
  reportId: string | null;
  outcome: TnsOutcome | null;
  objname: string | null;
  detail: string | null;
}

const OF_OBJECTS = question<Row>(`${SELECT} WHERE r.diaObjectId IN @ids ORDER BY r.submission_ID`);
const OPEN = question<Row>(`${SELECT} WHERE r.site = ? AND r.outcome IS NULL ORDER BY r.submission_ID, r.place`);
const NAMES = tupleQuestion<readonly [diaObjectId: bigint, objname: string]>(
  `SELECT diaObjectId, objname FROM tns_report WHERE site = 'live' AND objname IS NOT NULL ORDER BY submission_ID`,
);
const OF_SUBMISSION = question<Row>(`${SELECT} WHERE r.submission_ID = ? ORDER BY r.place`);
const SUBMIT = valueQuestion<bigint>(
  'INSERT INTO tns_submission (site, sender, sent_at) VALUES (?, ?, ?) RETURNING ID',
);
const REPORT = new Insert('tns_report', {
  ...{ submission_ID: 'integer', place: 'integer', site: 'text', diaObjectId: 'integer' },
  ...{ internal_name: 'text', report: 'text' },
});
const RECEIPT = statement('UPDATE tns_submission SET report_id = ? WHERE ID = ? AND report_id IS NULL');
const SETTLE = statement(
  `UPDATE tns_report SET outcome = ?, objname = ?, detail = ?, settled_at = ?
   WHERE submission_ID = ? AND diaObjectId = ? AND outcome IS NULL`,
);
const STEMS_OF = valueQuestion<string>(
  `SELECT stem FROM diaobjid_stems WHERE diaObjectId = @id
   UNION SELECT stem FROM provenance WHERE diaObjectId = @id AND stem IS NOT NULL ORDER BY stem DESC`,
);
const SCORES = question<{ diaObjectId: bigint; score: number | null }>(
  `SELECT p.diaObjectId AS "diaObjectId", p.score FROM provenance p LEFT JOIN source USING (diaSourceId)
   WHERE p.model_name = @vra AND p.stem >= @night AND p.diaObjectId IS NOT NULL
     AND (p.model_version IS NULL OR p.model_version IS DISTINCT FROM @without)
   ORDER BY source.midpointMjdTai NULLS FIRST, p.diaSourceId NULLS FIRST, p.model_version IS NOT DISTINCT FROM @version, p.ID`,
);

/**
 * What was reported to TNS, and the outcomes.
 *
 * A report is recorded before it is sent, and as long as it has no outcome no other report of its object can be
 * begun: a process that is killed in between leaves a report in doubt, and never two.
 */
export class TnsLedger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All reports of an object, at both sites, oldest first. */
  ofObject(diaObjectId: bigint): Promise<TnsRecord[]> {
    return this.#ofObjects(this.#database, [diaObjectId]);
  }

  async #ofObjects(ask: Questions, ids: readonly bigint[]): Promise<TnsRecord[]> {
    return (await ask.all(OF_OBJECTS, { ids })).map(recordOf);
  }

  /** The names at TNS, without prefix, of the objects that were reported from here; the sandbox's do not count. */
  async names(): Promise<Map<bigint, string>> {
    return new Map(await this.#database.all(NAMES));
  }

  /** The report that keeps an object from being reported (again) at a site; undefined if none does. */
  async standing(site: TnsSite, diaObjectId: bigint): Promise<TnsRecord | undefined> {
    return standingOf((await this.ofObject(diaObjectId)).filter((record) => record.site === site));
  }

  /** Every report without an outcome, oldest submission first, in the order in which they were sent. */
  async open(site: TnsSite): Promise<TnsRecord[]> {
    return (await this.#database.all(OPEN, site)).map(recordOf);
  }

  /** The reports of a submission, in the order in which they were sent. */
  async ofSubmission(submission: bigint): Promise<TnsRecord[]> {
    return (await this.#database.all(OF_SUBMISSION, submission)).map(recordOf);
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
  ): Promise<{ submission: bigint | undefined; taken: readonly NewTnsReport[] }> {
    return this.#database.writing(async (tx) => {
      const ids = reports.map(({ diaObjectId }) => diaObjectId);
      const before = (await this.#ofObjects(tx, ids)).filter((record) => record.site === site);
      const taken = reports.filter(({ diaObjectId }) => {
        const records = before.filter((record) => record.diaObjectId === diaObjectId);
        return standingOf(records) === undefined || (again && records.every(({ outcome }) => outcome !== undefined));
      });
      if (taken.length === 0) return { submission: undefined, taken };
      const submission = (await tx.get(SUBMIT, site, sender, Math.round(now)))!;
      const rows = taken.map(({ diaObjectId, internalName, report }, place) => [
        ...[submission, place, site, diaObjectId, internalName, report],
      ]);
      await tx.each(REPORT, rows);
      return { submission, taken };
    });
  }

  /** Records TNS's receipt for a submission. */
  async received(submission: bigint, reportId: string): Promise<void> {
    await this.#database.writing((tx) => tx.run(RECEIPT, reportId, submission));
  }

  /** Records the outcomes of reports; one that has an outcome keeps it. */
  settle(submission: bigint, settlements: readonly TnsSettlement[], now: number): Promise<void> {
    return this.#database.writing(async (tx) => {
      for (const { diaObjectId, outcome, objname, detail } of settlements) {
        const at = Math.round(now);
        await tx.run(SETTLE, outcome, objname ?? null, detail ?? null, at, submission, diaObjectId);
      }
    });
  }

  /** The stems whose batch files may hold the object, newest first. */
  stemsOf(diaObjectId: bigint): Promise<string[]> {
    return this.#database.all(STEMS_OF, { id: diaObjectId });
  }

  /**
   * The objects whose newest score in the stems of a night or later is greater than `above`, in the order of those
   * scores. Of several scores of a source, the one of the configured version counts.
   *
   * @param version of the configured model
   * @param night YYYYMMDD, UTC
   * @param without a model version whose scores do not count
   */
  async objectsAbove(
    { vra, version }: { readonly vra: string; readonly version: string },
    above: number,
    night: string,
    without?: string,
  ): Promise<bigint[]> {
    const of = { vra, version, night, without: without ?? null };
    const newest = new Map<bigint, number | null>();
    for (const { diaObjectId, score } of await this.#database.all(SCORES, of)) {
      // The last one wins.
      newest.delete(diaObjectId);
      newest.set(diaObjectId, score);
    }
    return [...newest].flatMap(([diaObjectId, score]) => (score !== null && score > above ? diaObjectId : []));
  }
}

/** Of the reports of one object at a site, oldest first. */
function standingOf(records: readonly TnsRecord[]): TnsRecord | undefined {
  return records.findLast(({ outcome }) => outcome === undefined || AT_TNS.includes(outcome));
}

function recordOf(row: Row): TnsRecord {
  return {
    ...row,
    sentAt: Number(row.sentAt),
    reportId: row.reportId ?? undefined,
    outcome: row.outcome ?? undefined,
    objname: row.objname ?? undefined,
    detail: row.detail ?? undefined,
  };
}
