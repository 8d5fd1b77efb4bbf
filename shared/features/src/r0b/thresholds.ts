import { THRESHOLDS, type ThresholdFlags } from '@lvra/ledger';

/**
 * The psfFlux in nJy of the magnitudes 22, 21, 20, 19 and 18: 10^((31.4 - m) / 2.5), in the whole numbers of the
 * reference (r0b documentation, AstroNote 2026-107). Applied to difference fluxes, without a cut on signal-to-noise or
 * reliability.
 */
export const FLUX_LIMIT_NJY: Readonly<Record<(typeof THRESHOLDS)[number], number>> = {
  22: 5754,
  21: 14454,
  20: 36309,
  19: 91201,
  18: 229086,
};

/**
 * How often an object was brighter than each magnitude, and whether its latest source is the first time.
 *
 * @param fluxes psfFlux of each source, nJy; NaN is not brighter than anything
 * @param times midpointMjdTai of each source, days
 * @param latest the greatest of `times`
 */
export function thresholdFlags(fluxes: readonly number[], times: readonly number[], latest: number): ThresholdFlags {
  const count: number[] = [];
  const first: (0 | 1)[] = [];
  for (const magnitude of THRESHOLDS) {
    const limit = FLUX_LIMIT_NJY[magnitude];
    let brighter = 0;
    let brighterAt = Number.NaN;
    for (let i = 0; i < fluxes.length; i++) {
      if ((fluxes[i] as number) > limit) {
        brighter++;
        brighterAt = times[i] as number;
      }
    }
    count.push(brighter);
    first.push(brighter === 1 && brighterAt === latest ? 1 : 0);
  }
  return { count, first };
}
