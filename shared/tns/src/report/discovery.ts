import { type Epoch, type LightCurve, magnitudeErrorOf, magnitudeOf, reachesFirstSource } from '@lvra/alerts';

/** What counts as a detection. */
export interface DetectionLimits {
  /** psfFlux over its error must reach this. */
  readonly lowestSnr: number;
  /** Rubin's reliability must reach this; 0 accepts any. */
  readonly lowestReliability: number;
}

/** A brightness for TNS: a magnitude with its error, or the limit above which nothing was seen. */
export type Photometry = { readonly midpointMjdTai: number; readonly band: string } & (
  | { readonly magnitude: number; readonly magnitudeError: number }
  | { readonly limitingMagnitude: number }
);

/** The discovery of an object, in astronomical terms; `report.ts` writes it for TNS. */
export interface Discovery {
  readonly diaObjectId: bigint;
  /** Degrees, ICRS. */
  readonly ra: number;
  readonly decl: number;
  /** Of the first detection, MJD TAI. */
  readonly midpointMjdTai: number;
  /** The last non-detection before it; undefined if none is known. */
  readonly nonDetection: (Photometry & { readonly limitingMagnitude: number }) | undefined;
  /** The discovery first, then by time; ten at most. */
  readonly photometry: readonly Photometry[];
}

/** Why there is nothing to report about an object. */
export class NoDiscovery extends Error {
  override readonly name = 'NoDiscovery';
}

/** The most photometry points that TNS accepts in a report. */
const MOST_POINTS = 10;

/**
 * The discovery in a light curve: the earliest detection.
 *
 * The latest nine sources after it are reported as well: to plan observations one needs the beginning and the present.
 * One that is not a detection, for example fainter than the template, is reported as a limit.
 *
 * @throws NoDiscovery if there is none, or the alerts do not go back to the object's first source
 */
export function discoveryOf(curve: LightCurve, limits: DetectionLimits, bands: ReadonlySet<string>): Discovery {
  if (!reachesFirstSource(curve)) {
    throw new NoDiscovery(
      `its alerts begin at MJD ${curve.sources[0]?.midpointMjdTai}, its first source is of MJD ` +
        `${curve.firstDiaSourceMjdTai}: without that one the discovery is not known`,
    );
  }
  const usable = curve.sources.filter(({ unusable }) => unusable === undefined);
  const at = usable.findIndex((epoch) => isDetection(epoch, limits));
  const first = usable[at];
  if (!first) throw new NoDiscovery(whyNone(curve, usable, limits));
  if (!isInBand(first, bands)) {
    throw new NoDiscovery(
      `its first detection is in band ${first.band ?? 'unknown'}, for which TNS has no filter here`,
    );
  }
  const later = usable.slice(at + 1).filter((epoch) => isInBand(epoch, bands));
  const { diaObjectId, ra, decl } = curve;
  return {
    ...{ diaObjectId, ra, decl },
    midpointMjdTai: first.midpointMjdTai,
    nonDetection: lastNonDetection(curve, first.midpointMjdTai, limits, bands),
    photometry: [first, ...later.slice(-(MOST_POINTS - 1))].map((epoch) => photometryOf(epoch, limits)),
  };
}

/** Significant, and reliable enough. Errors are positive, so a significant flux is, too. */
function isDetection(epoch: Epoch, { lowestSnr, lowestReliability }: DetectionLimits): boolean {
  const isReliable = lowestReliability === 0 || epoch.reliability >= lowestReliability;
  return epoch.psfFlux >= lowestSnr * epoch.psfFluxErr && isReliable;
}

function photometryOf(epoch: Epoch & { readonly band: string }, limits: DetectionLimits): Photometry {
  const { midpointMjdTai, band, psfFlux, psfFluxErr } = epoch;
  if (!isDetection(epoch, limits)) return limitOf(epoch, limits);
  return {
    ...{ midpointMjdTai, band },
    magnitude: magnitudeOf(psfFlux),
    magnitudeError: magnitudeErrorOf(psfFlux, psfFluxErr),
  };
}

/** The flux that would just have been a detection. */
function limitOf({ midpointMjdTai, band, psfFluxErr }: Epoch & { readonly band: string }, limits: DetectionLimits) {
  return { midpointMjdTai, band, limitingMagnitude: magnitudeOf(limits.lowestSnr * psfFluxErr) };
}

function lastNonDetection(curve: LightCurve, before: number, limits: DetectionLimits, bands: ReadonlySet<string>) {
  const none = curve.forced.findLast(
    (epoch): epoch is Epoch & { band: string } =>
      epoch.midpointMjdTai < before - SHORTEST_GAP_DAYS &&
      epoch.unusable === undefined &&
      epoch.psfFlux < limits.lowestSnr * epoch.psfFluxErr &&
      isInBand(epoch, bands),
  );
  return none && limitOf(none, limits);
}

/** TNS refuses a non-detection that is not before the discovery; dates have 1e-5 day. */
const SHORTEST_GAP_DAYS = 2e-5;

function isInBand(epoch: Epoch, bands: ReadonlySet<string>): epoch is Epoch & { readonly band: string } {
  return epoch.band !== undefined && bands.has(epoch.band);
}

function whyNone(
  curve: LightCurve,
  usable: readonly Epoch[],
  { lowestSnr, lowestReliability }: DetectionLimits,
): string {
  const reliable = lowestReliability === 0 ? '' : ` and reliability of at least ${lowestReliability}`;
  const faults = [...new Set(curve.sources.flatMap(({ unusable }) => unusable ?? []))];
  const left = faults.length === 0 ? '' : ` (${curve.sources.length - usable.length} left out: ${faults.join('; ')})`;
  return (
    `none of its ${curve.sources.length} sources${left} is a detection: positive psfFlux of at least ` +
    `${lowestSnr} times its error${reliable}`
  );
}
