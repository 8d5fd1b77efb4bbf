/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** One error of a field, or of the whole report. */
export interface Message {
  readonly message: string;
  readonly message_id: number;
}

/** The spelling of the fields on which TNS's manual and its practice disagree. */
export type Dialect = 'old' | 'team' | 'tns2';

const OLD = {
  groups: ['reporting_group_id', 'discovery_data_source_id'],
  point: ['flux_units', 'filter_value', 'instrument_value'],
} as const;

const SPELLING = {
  old: OLD,
  team: OLD,
  tns2: {
    groups: ['reporting_groupid', 'data_source_groupid'],
    point: ['flux_unitid', 'filterid', 'instrumentid'],
  },
} as const;

const REQUIRED: Message = { message: 'Required field', message_id: 3 };
const INVALID: Message = { message: 'Invalid value', message_id: 4 };

/** The contents of a valid report. */
export interface ReadReport {
  readonly ra: number;
  readonly dec: number;
  readonly discoveryDatetime: string;
  readonly internalName: string;
}

/** The day of month with its fraction: `2026-02-02.43387`. */
const DATE = /^\d{4}-\d{2}-\d{2}(\.\d+)?$/;
const ID = /^[0-9]+$/;

/**
 * Checks a report as TNS does.
 *
 * @returns what is wrong, by field as TNS nests it; undefined if nothing is
 */
export function faultsOf(report: Fields, dialect: Dialect): Fields | undefined {
  const { groups, point } = SPELLING[dialect];
  const faults: Record<string, unknown> = {};
  for (const name of ['ra', 'dec']) {
    const value = text(record(report[name])?.value);
    if (value === '' || !Number.isFinite(Number(value))) faults[name] = { value: [value === '' ? REQUIRED : INVALID] };
  }
  for (const name of groups) if (!ID.test(text(report[name]))) faults[name] = [REQUIRED];
  if (text(report.reporter) === '') faults.reporter = [REQUIRED];
  if (!ID.test(text(report.at_type))) faults.at_type = [REQUIRED];
  if (!DATE.test(text(report.discovery_datetime))) faults.discovery_datetime = [REQUIRED];
  const points = pointsOf(report, dialect);
  const pointFaults = Object.fromEntries(
    Object.entries(points)
      .map(([place, fields]) => [place, faultsOfPoint(fields, point)] as const)
      .filter(([, found]) => found !== undefined),
  );
  if (Object.keys(pointFaults).length > 0) faults.photometry = pointFaults;
  const whole = faultsOfWhole(report, points, point);
  if (whole.length > 0) faults.at_rep = Object.fromEntries(whole.map((message) => [message.message_id, message]));
  return Object.keys(faults).length > 0 ? faults : undefined;
}

/** Reads a report without faults. */
export function readReport(report: Fields): ReadReport {
  return {
    ra: Number(text(record(report.ra)?.value)),
    dec: Number(text(record(report.dec)?.value)),
    discoveryDatetime: text(report.discovery_datetime),
    internalName: text(report.internal_name),
  };
}

function pointsOf(report: Fields, dialect: Dialect): Record<string, Fields> {
  const photometry = record(report.photometry);
  const points = dialect === 'old' ? record(photometry?.photometry_group) : photometry;
  return Object.fromEntries(Object.entries(points ?? {}).map(([place, fields]) => [place, record(fields) ?? {}]));
}

function faultsOfPoint(fields: Fields, names: readonly string[]): Fields | undefined {
  const faults: Record<string, Message[]> = {};
  if (!DATE.test(text(fields.obsdate))) faults.obsdate = [REQUIRED];
  if (text(fields.flux) === '' && text(fields.limiting_flux) === '') faults.flux = [REQUIRED];
  for (const name of ['flux', 'flux_error', 'limiting_flux']) {
    if (text(fields[name]) !== '' && !Number.isFinite(Number(fields[name]))) faults[name] = [INVALID];
  }
  for (const name of names) if (!ID.test(text(fields[name]))) faults[name] = [REQUIRED];
  return Object.keys(faults).length > 0 ? faults : undefined;
}

/** The errors that TNS's manual numbers. */
function faultsOfWhole(report: Fields, points: Record<string, Fields>, names: readonly string[]): Message[] {
  const messages: Message[] = [];
  const limit = record(report.non_detection) ?? {};
  const places = Object.keys(points).length;
  if (text(points[0]?.flux) === '') {
    const message = 'At least one Photometry point - that of the discovery - should be filled';
    messages.push({ message, message_id: 2 });
  }
  if (places > 10) messages.push({ message: 'No more than 10 photometry points', message_id: 7 });
  if (text(limit.archiveid) === '' && (text(limit.obsdate) === '' || faultsOfPoint(limit, names))) {
    messages.push({ message: 'Last non-detection or archival info must be filled', message_id: 6 });
  }
  // Dates in this form sort as texts.
  if (text(limit.obsdate) !== '' && text(limit.obsdate) >= text(report.discovery_datetime)) {
    messages.push({ message: 'Last non-detection should precede the Discovery Datetime', message_id: 1 });
  }
  return messages;
}

export function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
