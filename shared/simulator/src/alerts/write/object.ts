import { pythonFloat } from '@lvra/core';
import type { SimulatedObject } from '../object.js';
import type { DiaSource } from '../source.js';
import { BANDS, type Band } from '../survey.js';
import { singleFloat } from './source.js';

/** Summary of an object's sources in one band, as Rubin's diaObject has it; fluxes in nJy, NaN if there are too few. */
interface BandSummary {
  readonly n: number;
  /** Mean weighted by the inverse variances, its error, and the standard deviation of the sample. */
  readonly mean: number;
  readonly meanErr: number;
  readonly sigma: number;
  readonly min: number;
  readonly max: number;
  /** Steepest rise or fall between two successive sources, nJy a day. */
  readonly maxSlope: number;
  readonly errMean: number;
  readonly scienceMean: number;
  readonly scienceMeanErr: number;
}

/** `alert.diaObject`: the 82 fields of Rubin's schema in its order, `dec` renamed `decl` and last. */
export function writeObject(object: SimulatedObject, sources: readonly DiaSource[]): string {
  const newest = sources[sources.length - 1] as DiaSource;
  const bands = BANDS.map((band) => [band, summarize(sources, band)] as const);
  const each = (write: (band: Band, summary: BandSummary) => string) =>
    bands.map(([band, summary]) => write(band, summary)).join(', ');
  const means = each(
    (band, { mean, meanErr, sigma, n }) =>
      `"${band}_psfFluxMean": ${singleFloat(mean)}, "${band}_psfFluxMeanErr": ${singleFloat(meanErr)}, ` +
      `"${band}_psfFluxSigma": ${singleFloat(sigma)}, "${band}_psfFluxNdata": ${n}, ` +
      `"${band}_fpFluxMean": NaN, "${band}_fpFluxMeanErr": NaN`,
  );
  const scienceMeans = each(
    (band, { scienceMean, scienceMeanErr }) =>
      `"${band}_scienceFluxMean": ${singleFloat(scienceMean)}, ` +
      `"${band}_scienceFluxMeanErr": ${singleFloat(scienceMeanErr)}`,
  );
  const extremes = each(
    (band, { min, max, maxSlope, errMean }) =>
      `"${band}_psfFluxMin": ${singleFloat(min)}, "${band}_psfFluxMax": ${singleFloat(max)}, ` +
      `"${band}_psfFluxMaxSlope": ${singleFloat(maxSlope)}, "${band}_psfFluxErrMean": ${singleFloat(errMean)}`,
  );
  return (
    `{"diaObjectId": ${object.id}, "validityStartMjdTai": ${pythonFloat(newest.timeProcessed)}, ` +
    `"ra": ${pythonFloat(object.ra)}, ${writePositionErrors(sources, singleFloat)}, ` +
    `${means}, ${scienceMeans}, ${extremes}, ` +
    // Rubin leaves the two times of the diaObject empty; Lasair's columns have them.
    `"firstDiaSourceMjdTai": NaN, "lastDiaSourceMjdTai": NaN, ` +
    `"nDiaSources": ${sources.length}, "decl": ${pythonFloat(object.decl)}}`
  );
}

/** The errors of the object's position: those of the first source that has any. */
export function writePositionErrors(sources: readonly DiaSource[], write: (value: number) => string): string {
  const { raErr, decErr, raDecCov } = sources.find((source) => source.raErr > 0) ?? (sources[0] as DiaSource);
  return `"raErr": ${write(raErr)}, "decErr": ${write(decErr)}, "ra_dec_Cov": ${write(raDecCov)}`;
}

function summarize(sources: readonly DiaSource[], band: Band): BandSummary {
  let n = 0;
  let weights = 0;
  let weighted = 0;
  let scienceWeights = 0;
  let scienceWeighted = 0;
  let sum = 0;
  let squares = 0;
  let errors = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let maxSlope = Number.NaN;
  let previous: DiaSource | undefined;
  for (const source of sources) {
    if (source.visit.band !== band) continue;
    const { psfFlux, psfFluxErr, scienceFlux, scienceFluxErr } = source;
    n++;
    weights += psfFluxErr ** -2;
    weighted += psfFlux * psfFluxErr ** -2;
    scienceWeights += scienceFluxErr ** -2;
    scienceWeighted += scienceFlux * scienceFluxErr ** -2;
    sum += psfFlux;
    squares += psfFlux * psfFlux;
    errors += psfFluxErr;
    min = Math.min(min, psfFlux);
    max = Math.max(max, psfFlux);
    if (previous) {
      const slope = (psfFlux - previous.psfFlux) / (source.visit.midpoint - previous.visit.midpoint);
      if (Number.isNaN(maxSlope) || Math.abs(slope) > Math.abs(maxSlope)) maxSlope = slope;
    }
    previous = source;
  }
  if (n === 0) min = max = Number.NaN;
  return {
    n,
    mean: weighted / weights,
    meanErr: n > 0 ? 1 / Math.sqrt(weights) : Number.NaN,
    sigma: n > 1 ? Math.sqrt(Math.max(squares - (sum * sum) / n, 0) / (n - 1)) : Number.NaN,
    min,
    max,
    maxSlope,
    errMean: errors / n,
    scienceMean: scienceWeighted / scienceWeights,
    scienceMeanErr: n > 0 ? 1 / Math.sqrt(scienceWeights) : Number.NaN,
  };
}
