import type { Row } from './row.js';

/** Columns of the team's Lasair filter that come from Lasair's own work: cross-matches, names, dust, distances. */
const OF_LASAIR_ALONE = {
  beforePlace: ['ebv'],
  afterPlace: ['tns_name', 'absMag', 'absMagMJD'],
  afterTimes: [
    ...['separationArcsec', 'direct_distance', 'distance', 'z', 'photoZ', 'photoZErr', 'physical_separation_kpc'],
    'sherlock_classifications',
  ],
} as const;

/**
 * The columns of the team's filter for an alert that no filter has seen, in the order of its SELECT: what the alert
 * says itself, and null for what only Lasair knows. Lasair computes the first ones so too: on all 43 real alerts of the
 * samples its columns and these agree. `UTC`, the time of the filter's run, has no meaning here.
 *
 * @param sources oldest first, the trigger among them; never empty
 */
export function filterColumns(object: Row, sources: readonly Row[]): string {
  const newest = sources[sources.length - 1] as Row;
  const { beforePlace, afterPlace, afterTimes } = OF_LASAIR_ALONE;
  return (
    `"diaObjectId": ${object.field('diaObjectId')}, "lastDiaSourceMjdTai": ${column(newest, 'midpointMjdTai')}, ` +
    `"latestR": ${column(newest, 'reliability')}, "nDiaSources": ${sourceCount(object, sources)}, ` +
    `${nulls(beforePlace)}, "ra": ${column(object, 'ra')}, "decl": ${column(object, 'decl')}, ` +
    `${nulls(afterPlace)}, "firstDiaSourceMjdTai": ${firstTime(object, sources[0] as Row)}, ${nulls(afterTimes)}, ` +
    `"raErr": ${column(object, 'raErr')}, "decErr": ${column(object, 'decErr')}, ` +
    `"ra_dec_Cov": ${column(object, 'ra_dec_Cov')}`
  );
}

/** A value on its way through Lasair's database, which has no NaN. */
function column(row: Row, name: string): string {
  const text = row.field(name);
  return text === 'NaN' ? 'null' : text;
}

function sourceCount(object: Row, sources: readonly Row[]): string {
  const count = column(object, 'nDiaSources');
  return count === 'null' ? String(sources.length) : count;
}

/** The object's own first time if it has one: an alert carries the sources of a year at most. */
function firstTime(object: Row, oldest: Row): string {
  return object.number('firstDiaSourceMjdTai') < oldest.number('midpointMjdTai')
    ? object.field('firstDiaSourceMjdTai')
    : column(oldest, 'midpointMjdTai');
}

function nulls(names: readonly string[]): string {
  return names.map((name) => `"${name}": null`).join(', ');
}
