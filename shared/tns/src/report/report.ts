import type { TnsSettings } from '../settings.js';
import { tnsDateOf } from './date.js';
import { decimalText, rightAscensionText } from './decimals.js';
import { DIALECTS, type Dialect } from './dialects.js';
import type { Discovery, Photometry } from './discovery.js';

/** The id of AB magnitudes in TNS's table of units. */
const AB_MAGNITUDE = '1';

/** Digits of a degree: 1e-7 is 0.4 mas, below Rubin's astrometry. */
const DEGREE_DIGITS = 7;
/** Digits of a magnitude: more than significant, so that the flux can be recovered. */
const MAGNITUDE_DIGITS = 7;

/** One entry of `at_report`, as sent to TNS. */
export type AtReport = Readonly<Record<string, unknown>>;

/** The parts of a report that do not come from the object. */
export type ReportSettings = Pick<
  TnsSettings,
  | 'reporter'
  | 'reportingGroup'
  | 'dataSourceGroup'
  | 'atType'
  | 'fieldNames'
  | 'instrument'
  | 'filters'
  | 'archive'
  | 'archivalRemarks'
>;

/** An object's internal name in this team's reports. */
export function internalNameOf(diaObjectId: bigint): string {
  return `LSST-AP-DO-${diaObjectId}`;
}

/** Writes a discovery as an AT report, in the field names that the settings choose. Every value is text. */
export function reportOf(discovery: Discovery, settings: ReportSettings): AtReport {
  const names = DIALECTS[settings.fieldNames];
  const points = Object.fromEntries(
    discovery.photometry.map((point, index) => [String(index), pointOf(point, settings, names)]),
  );
  return {
    ra: { value: rightAscensionText(discovery.ra, DEGREE_DIGITS) },
    dec: { value: decimalText(discovery.decl, DEGREE_DIGITS) },
    [names.reportingGroup]: settings.reportingGroup,
    [names.dataSourceGroup]: settings.dataSourceGroup,
    reporter: settings.reporter,
    discovery_datetime: tnsDateOf(discovery.midpointMjdTai),
    at_type: settings.atType,
    internal_name: internalNameOf(discovery.diaObjectId),
    // TNS returns these with its results, so that each finds its object in any order.
    internal_ids: { diaObjectId: String(discovery.diaObjectId) },
    non_detection: discovery.nonDetection ? pointOf(discovery.nonDetection, settings, names) : archiveOf(settings),
    photometry: names.photometryGroup === undefined ? points : { [names.photometryGroup]: points },
  };
}

/**
 * The `data` of a submission, JSON: the reports under their indices.
 *
 * @param reports JSON texts
 */
export function submissionOf(reports: readonly string[]): string {
  return `{"at_report":{${reports.map((report, place) => `"${place}":${report}`).join(',')}}}`;
}

/** Given instead of a non-detection if there is none: an archive without the object. */
function archiveOf({ archive, archivalRemarks }: ReportSettings): Record<string, string> {
  return { archiveid: archive, ...(archivalRemarks !== '' && { archival_remarks: archivalRemarks }) };
}

function pointOf(point: Photometry, { instrument, filters }: ReportSettings, names: Dialect): Record<string, string> {
  const brightness =
    'magnitude' in point
      ? {
          flux: decimalText(point.magnitude, MAGNITUDE_DIGITS),
          flux_error: decimalText(point.magnitudeError, MAGNITUDE_DIGITS),
        }
      : { limiting_flux: decimalText(point.limitingMagnitude, MAGNITUDE_DIGITS) };
  return {
    obsdate: tnsDateOf(point.midpointMjdTai),
    ...brightness,
    [names.fluxUnit]: AB_MAGNITUDE,
    [names.filter]: filters.get(point.band) ?? '',
    [names.instrument]: instrument,
  };
}
