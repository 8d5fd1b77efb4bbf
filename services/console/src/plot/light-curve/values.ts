import { magnitudeErrorOf, magnitudeOf } from '@lvra/alerts';
import { foldNights } from './nights.js';
import { type Flux, fluxOf, microJanskyOf, type Point, type View } from './photometry.js';

/** A point as it is drawn. */
export interface Shown {
  readonly point: Point;
  readonly as: 'measured' | 'limit' | 'unusable';
  /** µJy or AB magnitude; null for what cannot be used and has no such value. */
  readonly value: number | null;
  /** Half the length of the error bar, in the unit of the value. */
  readonly error: number | null;
  /** How many measurements it is the mean of. */
  readonly of: number;
}

/** What is drawn of a light curve, and how many points are left out for which reason, in words. */
export interface Values {
  readonly shown: readonly Shown[];
  readonly leftOut: ReadonlyMap<string, number>;
}

const NO_VALUE = 'without this flux in the alert';
const FAINTER = 'with a negative flux, which has no magnitude: µJy shows them';

export function valuesOf(points: readonly Point[], view: View): Values {
  const { isForcedShown, bands, from, to, isNightly, measure } = view;
  const wanted = points.filter(
    ({ kind, band, midpointMjdTai }) =>
      (isForcedShown || kind !== 'forced') &&
      (bands === null || (band !== null && bands.includes(band))) &&
      (from === null || midpointMjdTai >= from) &&
      (to === null || midpointMjdTai <= to),
  );
  const folded = isNightly ? foldNights(wanted, measure) : wanted.map((point) => ({ point, of: 1 }));
  const leftOut = new Map<string, number>();
  const shown = folded.flatMap(({ point, of }) => {
    const value = shownValue(point, fluxOf(point, measure), view);
    if (typeof value !== 'string') return { point, of, ...value };
    leftOut.set(value, (leftOut.get(value) ?? 0) + of);
    return [];
  });
  return { shown, leftOut };
}

/** What is drawn of a point, or why nothing is. */
function shownValue(
  point: Point,
  { flux, error }: Flux,
  { unit, snr, measure }: View,
): Omit<Shown, 'point' | 'of'> | string {
  const inUnit = (value: number) => (unit === 'mag' ? magnitudeOf(value) : microJanskyOf(value));
  if (point.unusable !== null) {
    const value = flux !== null && (unit === 'flux' || flux > 0) ? inUnit(flux) : null;
    return { as: 'unusable', value, error: null };
  }
  if (point.kind === 'limit') {
    if (measure !== 'difference' || error === null || !(error > 0)) return NO_VALUE;
    return { as: 'limit', value: inUnit(snr * error), error: null };
  }
  if (flux === null) return NO_VALUE;
  // A flux is what it is, however faint; only a magnitude has to be above the noise.
  if (unit === 'flux') {
    return { as: 'measured', value: microJanskyOf(flux), error: error === null ? null : microJanskyOf(error) };
  }
  if (error !== null && error > 0 && Math.abs(flux) < snr * error) {
    return { as: 'limit', value: magnitudeOf(snr * error), error: null };
  }
  if (!(flux > 0)) return FAINTER;
  return { as: 'measured', value: magnitudeOf(flux), error: error === null ? null : magnitudeErrorOf(flux, error) };
}
