import { type Dialect, type Fields, faultsOf, type ReadReport, readReport, record } from './at-fields.js';

/** An object at TNS. */
export interface TnsObject {
  /** Without prefix: `2026aab`. */
  readonly objname: string;
  /** Degrees. */
  readonly ra: number;
  readonly dec: number;
  /** Of every report about it, oldest first. */
  readonly internalNames: readonly string[];
}

/** A report that TNS accepted, in the order of arrival. */
export interface TakenReport extends ReadReport {
  readonly objname: string;
  /** As it came. */
  readonly fields: Fields;
}

interface Submission {
  readonly reports: readonly Fields[];
  /** How often its reply was asked for. */
  asked: number;
  feedback: readonly Fields[] | undefined;
  hasFaults: boolean;
}

export interface BulkOptions {
  readonly dialect: Dialect;
  /** How many times the reply is not ready when it is asked for. */
  readonly asksBeforeReply: number;
  /** How many times after that all reports except the first are only shown as received. */
  readonly asksBeforeAll: number;
  /** Reported by others before. */
  readonly objects: readonly { readonly objname: string; readonly ra: number; readonly dec: number }[];
}

/** Reports within this distance of an object are about it, degrees: 3 arcsec. */
const SAME_PLACE = 3 / 3600;

const MOST_REPORTS = 100;

/** The reports: received as submissions, and processed at once; the replies come later. */
export class BulkReports {
  readonly #options: BulkOptions;
  readonly #submissions = new Map<string, Submission>();
  readonly objects: { objname: string; ra: number; dec: number; internalNames: string[] }[];
  readonly taken: TakenReport[] = [];
  /** All reports received, rejected ones too. */
  readonly received: Fields[] = [];

  constructor(options: BulkOptions) {
    this.#options = options;
    this.objects = options.objects.map((object) => ({ ...object, internalNames: [] }));
  }

  /** @returns the number on the receipt; undefined if the data is not a submission */
  submit(data: string): string | undefined {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      // The caller's error, reported in the response.
      return undefined;
    }
    const reports = Object.values(record(record(parsed)?.at_report) ?? {}).map((report) => record(report) ?? {});
    if (reports.length === 0 || reports.length > MOST_REPORTS) return undefined;
    const id = String(91_000 + this.#submissions.size);
    this.received.push(...reports);
    this.#submissions.set(id, { reports, asked: 0, feedback: undefined, hasFaults: false });
    // TNS processes a submission at once; only its reply comes late.
    this.#process(id);
    return id;
  }

  /** @returns undefined while there is no reply, and for an unknown number */
  reply(id: string): { readonly feedback: readonly Fields[]; readonly hasFaults: boolean } | undefined {
    const submission = this.#submissions.get(id);
    if (!submission?.feedback) return undefined;
    const { asksBeforeReply, asksBeforeAll } = this.#options;
    const asked = ++submission.asked;
    if (asked <= asksBeforeReply) return undefined;
    const { feedback, hasFaults } = submission;
    if (asked > asksBeforeReply + asksBeforeAll) return { feedback, hasFaults };
    const partly = feedback.map((entry, place) => (place === 0 ? entry : { ...ids(entry), at_rep: {} }));
    return { feedback: partly, hasFaults: false };
  }

  search(internalName: string): TnsObject[] {
    return this.objects.filter(({ internalNames }) => internalNames.includes(internalName));
  }

  #process(id: string): void {
    const submission = this.#submissions.get(id);
    if (!submission) return;
    submission.feedback = submission.reports.map((fields) => {
      const faults = faultsOf(fields, this.#options.dialect);
      submission.hasFaults ||= faults !== undefined;
      return faults ?? { ...this.#take(fields), ...ids(fields) };
    });
  }

  #take(fields: Fields): Fields {
    const report = readReport(fields);
    const isSame = (other: ReadReport) =>
      other.ra === report.ra &&
      other.dec === report.dec &&
      other.discoveryDatetime === report.discoveryDatetime &&
      other.internalName === report.internalName;
    if (this.taken.some(isSame)) {
      const message = 'An identical AT report (sender, RA/DEC, discovery date, internal_name) already exists.';
      return { at_rep: { 5: { message, message_id: 5 } } };
    }
    const known = this.objects.find((object) => isNear(object, report));
    const object = known ?? { objname: this.#newName(), ra: report.ra, dec: report.dec, internalNames: [] };
    if (!known) this.objects.push(object);
    object.internalNames.push(report.internalName);
    this.taken.push({ ...report, objname: object.objname, fields });
    const { objname } = object;
    return known
      ? { 101: { message: 'Transient object exists.', message_id: 101, prefix: 'AT', objname } }
      : { 100: { message: 'Transient object was inserted.', message_id: 100, objname } };
  }

  #newName(): string {
    const letters = this.objects.length.toString(26).replace(/./g, (digit) => {
      return String.fromCharCode(97 + Number.parseInt(digit, 26));
    });
    return `2026${letters.padStart(3, 'a')}`;
  }
}

/** What TNS returns of a report. */
function ids(fields: Fields): Fields {
  return fields.internal_ids === undefined ? {} : { internal_ids: fields.internal_ids };
}

function isNear(object: { readonly ra: number; readonly dec: number }, { ra, dec }: ReadReport): boolean {
  const apart = (((object.ra - ra + 540) % 360) - 180) * Math.cos((dec * Math.PI) / 180);
  return Math.hypot(apart, object.dec - dec) <= SAME_PLACE;
}
