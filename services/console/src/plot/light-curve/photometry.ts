import type { Point } from '@lvra/operations';

export type { Point };

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

const NJY_IN_MICROJY = 1_000;

/** µJy of nJy. */
export function microJanskyOf(flux: number): number {
  return flux / NJY_IN_MICROJY;
}
