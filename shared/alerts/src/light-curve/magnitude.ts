/** The AB magnitude of 1 nJy. Source: -2.5 log10(1e-9 Jy / 3631 Jy), as Rubin and Lasair round it. */
const ZERO_POINT = 31.4;

/**
 * The AB magnitude of a flux in nJy.
 *
 * @throws RangeError if the flux is not above zero: it has no magnitude
 */
export function magnitudeOf(flux: number): number {
  if (!(flux > 0)) throw new RangeError(`a flux of ${flux} nJy has no magnitude`);
  return -2.5 * Math.log10(flux) + ZERO_POINT;
}

/** The error of the magnitude of a flux above zero with an error, both in nJy, to first order. */
export function magnitudeErrorOf(flux: number, fluxError: number): number {
  return ((2.5 / Math.LN10) * fluxError) / flux;
}
