import type { TnsRecord } from '@lvra/ledger';
import { parsedReport, type ReportRecord, reportRecord } from '@lvra/operations';
import { decimalText, type Photometry, type Planned, rightAscensionText, tnsDateOf } from '@lvra/tns';
import { table, utc } from '../command-line/output.js';

/** What TNS has said of a report, of the ledger or for programs. */
type Answer = Pick<TnsRecord | ReportRecord, 'outcome' | 'reportId' | 'detail'>;

/** The outcome of a report, short enough for a cell. */
export function outcomeLabel({ outcome, reportId }: Answer): string {
  switch (outcome) {
    case undefined:
    case null:
      return (reportId ?? null) === null ? 'in doubt' : 'awaited';
    case 'inserted':
      return 'new object';
    case 'existing':
      return 'object of others';
    case 'identical':
      return 'reported before';
    case 'found':
      return 'found there';
    case 'lost':
      return 'unknown';
    case 'not_sent':
      return 'not sent';
    case 'refused':
      return 'refused';
    default:
      // Another program has been in the ledger.
      return `no outcome: ${outcome satisfies never}`;
  }
}

/** What is to be reported, one line an object. */
export function planTable(planned: readonly Planned[]): string {
  const head = ['diaObjectId', 'RA', 'dec', 'discovered (UTC)', 'brightness', 'last non-detection', 'points', 'note'];
  return table(head, planned.map(rowOf), [1, 2, 6]);
}

const BLANK = ['', '', '', '', '', ''];

function rowOf(planned: Planned): string[] {
  const id = String(planned.diaObjectId);
  switch (planned.kind) {
    case 'report': {
      const { ra, decl, midpointMjdTai, nonDetection, photometry } = planned.discovery;
      const before = nonDetection ? `${tnsDateOf(nonDetection.midpointMjdTai)} ${brightness(nonDetection)}` : 'archive';
      const [first] = photometry;
      const place = [rightAscensionText(ra, 5), decimalText(decl, 5)];
      const shown = [...place, tnsDateOf(midpointMjdTai), first ? brightness(first) : ''];
      return [id, ...shown, before, String(photometry.length), ''];
    }
    case 'repeat':
      return [id, ...BLANK, 'the report that TNS did not answer, as it was'];
    default:
      return [id, ...BLANK, `left out: ${leftOut(planned)}`];
  }
}

/** The same for programs: which objects are reported, how, and which are left out, why. */
export function plannedInJson(planned: readonly Planned[]): Record<string, unknown>[] {
  return planned.map((each) => ({
    diaObjectId: String(each.diaObjectId),
    plan: each.kind === 'report' || each.kind === 'repeat' ? each.kind : 'left_out',
    why: leftOut(each) ?? null,
    report: each.kind === 'report' || each.kind === 'repeat' ? parsedReport(each.report.report) : null,
  }));
}

/** Why an object is not reported; undefined if it is. */
function leftOut(planned: Planned): string | undefined {
  switch (planned.kind) {
    case 'standing':
      return standingWords(planned.standing);
    case 'named':
      return `TNS has it as ${planned.tnsName}, says Lasair`;
    case 'impossible':
      return planned.why;
    default:
      return undefined;
  }
}

function standingWords(standing: TnsRecord): string {
  const name = standing.objname === undefined ? '' : ` ${standing.objname}`;
  const site = standing.site === 'sandbox' ? ', sandbox' : '';
  return `${outcomeLabel(standing)}${name}${site} (reported ${new Date(standing.sentAt).toISOString().slice(0, 10)})`;
}

function brightness(point: Photometry): string {
  if ('limitingMagnitude' in point) return `> ${point.limitingMagnitude.toFixed(2)} ${point.band}`;
  return `${point.magnitude.toFixed(2)} ± ${point.magnitudeError.toFixed(2)} ${point.band}`;
}

/** The outcomes of reports of several objects, one line each. */
export function outcomeTable(records: readonly TnsRecord[]): string {
  const rows = records.map((record) => [
    ...[String(record.diaObjectId), record.internalName, outcomeLabel(record), record.objname ?? ''],
    detailOf(record),
  ]);
  return table(['diaObjectId', 'internal name', 'at TNS', 'name', 'detail'], rows);
}

/** The same for programs. */
export function outcomesInJson(records: readonly TnsRecord[]): Record<string, unknown>[] {
  return records.map((record) => ({ diaObjectId: String(record.diaObjectId), ...reportRecord(record) }));
}

/** The reports of one object, one line each. */
export function reportTable(reports: readonly ReportRecord[]): string {
  const rows = reports.map((report) => [
    ...[utc(report.sentAt), report.site, outcomeLabel(report), report.objname ?? '', report.internalName],
    detailOf(report),
  ]);
  return table(['reported (UTC)', 'site', 'at TNS', 'name', 'internal name', 'detail'], rows);
}

function detailOf(answer: Answer): string {
  return answer.detail ?? (outcomeLabel(answer) === 'in doubt' ? 'TNS gave no receipt' : '');
}
