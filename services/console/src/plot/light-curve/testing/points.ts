import type { Point, View } from '../photometry.js';

/** A good detection; `changes` say what is special about it. Fluxes in nJy. */
export function point(midpointMjdTai: number, changes: Partial<Point> = {}): Point {
  return {
    ...{ kind: 'detection', id: `${Math.round(midpointMjdTai * 1e6)}`, midpointMjdTai, band: 'r' },
    ...{ psfFlux: 1_000, psfFluxErr: 50, scienceFlux: 3_000, scienceFluxErr: 60 },
    ...{ templateFlux: 2_000, templateFluxErr: 40, snr: 20, ra: 150.1, decl: -30.2, visit: '2026020200123' },
    ...{ isNegative: false, reliability: 0.9, unusable: null },
    ...changes,
  };
}

/** What a page shows unless it is asked for something else. */
export function view(changes: Partial<View> = {}): View {
  return {
    ...{ unit: 'flux', measure: 'difference', isForcedShown: true, snr: 3, bands: null, from: null, to: null },
    ...{ isNightly: false, hasErrors: true },
    ...changes,
  };
}
