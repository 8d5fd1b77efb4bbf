import type { FieldNames } from '../settings.js';

/** How TNS spells the fields on which its manual and its practice disagree. */
export interface Dialect {
  readonly reportingGroup: string;
  readonly dataSourceGroup: string;
  readonly fluxUnit: string;
  readonly filter: string;
  readonly instrument: string;
  /** The name between `photometry` and its points; undefined if there is none. */
  readonly photometryGroup: string | undefined;
}

const OLD: Dialect = {
  reportingGroup: 'reporting_group_id',
  dataSourceGroup: 'discovery_data_source_id',
  fluxUnit: 'flux_units',
  filter: 'filter_value',
  instrument: 'instrument_value',
  photometryGroup: 'photometry_group',
};

/**
 * `old` is what TNS accepted in January 2026; `team` is what the team's Python script sends: the old names, with the
 * points directly below `photometry`; `tns2` is the form in TNS's manual of January 2025. None was tested at TNS
 * itself.
 */
export const DIALECTS: Readonly<Record<FieldNames, Dialect>> = {
  old: OLD,
  team: { ...OLD, photometryGroup: undefined },
  tns2: {
    reportingGroup: 'reporting_groupid',
    dataSourceGroup: 'data_source_groupid',
    fluxUnit: 'flux_unitid',
    filter: 'filterid',
    instrument: 'instrumentid',
    photometryGroup: undefined,
  },
};
