/** One measurement of an object, as `operations.lightCurve` answers it. Fluxes are in nJy, null where unknown. */
export interface Point {
  readonly kind: 'detection' | 'forced' | 'limit';
  readonly id: string | null;
  readonly midpointMjdTai: number;
  readonly band: string | null;
  readonly psfFlux: number | null;
  readonly psfFluxErr: number | null;
  readonly scienceFlux: number | null;
  readonly scienceFluxErr: number | null;
  readonly templateFlux: number | null;
  readonly templateFluxErr: number | null;
  readonly snr: number | null;
  readonly ra: number | null;
  readonly decl: number | null;
  readonly visit: string | null;
  readonly isNegative: boolean | null;
  readonly reliability: number | null;
  /** Why the flux cannot be used; null if it can. */
  readonly unusable: string | null;
}

export const UNITS = ['flux', 'mag'] as const;
export const MEASURES = ['difference', 'science', 'template'] as const;

/** How a light curve is looked at. */
export interface View {
  readonly unit: (typeof UNITS)[number];
  /** Which image the flux is of. */
  readonly measure: (typeof MEASURES)[number];
  readonly isForcedShown: boolean;
  /** Below so many times its error a flux has no magnitude, but a limit. */
  readonly snr: number;
  /** Null for all, those that are unknown too. */
  readonly bands: readonly string[] | null;
  /** MJD TAI. */
  readonly from: number | null;
  readonly to: number | null;
  readonly isNightly: boolean;
  readonly hasErrors: boolean;
}

/** A flux with its error, nJy. */
export interface Flux {
  readonly flux: number | null;
  readonly error: number | null;
}

export function fluxOf(point: Point, measure: View['measure']): Flux {
  if (measure === 'science') return { flux: point.scienceFlux, error: point.scienceFluxErr };
  if (measure === 'template') return { flux: point.templateFlux, error: point.templateFluxErr };
  return { flux: point.psfFlux, error: point.psfFluxErr };
}

/** The AB magnitude of 1 nJy. Source: -2.5 log10(1e-9 Jy / 3631 Jy), as Rubin and Lasair round it. */
const ZERO_POINT = 31.4;
const NJY_IN_MICROJY = 1_000;

/** @param flux nJy, above zero */
export function magnitudeOf(flux: number): number {
  return ZERO_POINT - 2.5 * Math.log10(flux);
}

/** To first order. */
export function magnitudeErrorOf(flux: number, error: number): number {
  return ((2.5 / Math.LN10) * error) / flux;
}

/** µJy of nJy. */
export function microJanskyOf(flux: number): number {
  return flux / NJY_IN_MICROJY;
}
