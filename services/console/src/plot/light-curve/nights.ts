import { nightBegan, utcMsOf } from '@lvra/core';
import { fluxOf, type Point, type View } from './photometry.js';

/** A point, and how many measurements it is the mean of. */
export interface Folded {
  readonly point: Point;
  readonly of: number;
}

/**
 * One point for each night, band and kind: the mean weighted with 1/error², at the mean time. What cannot be used, has no
 * error or is a limit already stays as it is.
 */
export function foldNights(points: readonly Point[], measure: View['measure']): Folded[] {
  const nights = new Map<string, Point[]>();
  const single: Folded[] = [];
  for (const point of points) {
    const { flux, error } = fluxOf(point, measure);
    if (point.unusable !== null || point.kind === 'limit' || flux === null || error === null || !(error > 0)) {
      single.push({ point, of: 1 });
      continue;
    }
    const night = `${nightBegan(utcMsOf(point.midpointMjdTai))} ${point.band} ${point.kind}`;
    const others = nights.get(night);
    if (others) others.push(point);
    else nights.set(night, [point]);
  }
  const means = [...nights.values()].map((night) => ({ point: meanOf(night, measure), of: night.length }));
  return [...single, ...means].sort((a, b) => a.point.midpointMjdTai - b.point.midpointMjdTai);
}

function meanOf(night: readonly Point[], measure: View['measure']): Point {
  const [first] = night as [Point, ...Point[]];
  if (night.length === 1) return first;
  let [weights, flux, time] = [0, 0, 0];
  for (const point of night) {
    const { flux: own, error } = fluxOf(point, measure);
    const weight = 1 / (error as number) ** 2;
    weights += weight;
    flux += weight * (own as number);
    // From the first one: MJD has few digits to spare.
    time += weight * (point.midpointMjdTai - first.midpointMjdTai);
  }
  const mean = { flux: flux / weights, error: 1 / Math.sqrt(weights) };
  return {
    ...first,
    ...{ id: null, visit: null, ra: null, decl: null, isNegative: null, reliability: null },
    midpointMjdTai: first.midpointMjdTai + time / weights,
    snr: mean.flux / mean.error,
    ...(measure === 'difference' && { psfFlux: mean.flux, psfFluxErr: mean.error }),
    ...(measure === 'science' && { scienceFlux: mean.flux, scienceFluxErr: mean.error }),
    ...(measure === 'template' && { templateFlux: mean.flux, templateFluxErr: mean.error }),
  };
}
