import { type Epoch, type LightCurve, reachesFirstSource } from './light-curve.js';
import { magnitudeErrorOf, magnitudeOf } from './magnitude.js';

/** What counts as a detection. */
export interface DetectionLimits {
  /** psfFlux over its error must reach this. */
  readonly lowestSnr: number;
  /** Rubin's reliability must reach this; 0 asks for none. */
  readonly lowestReliability: number;
}

/** A brightness as TNS takes it: a magnitude with its error, or the limit above which nothing was seen. */
export type Photometry = { readonly midpointMjdTai: number; readonly band: string } & (
  | { readonly magnitude: number; readonly magnitudeError: number }
  | { readonly limitingMagnitude: number }
);

/** The discovery of an object, in the terms of astronomy; how TNS spells it is `report.ts`. */
export interface Discovery {
  readonly diaObjectId: bigint;
  /** Degrees, ICRS. */
  readonly ra: number;
  readonly decl: number;
  /** Of the first detection, MJD TAI. */
  readonly midpointMjdTai: number;
  /** The last non-detection before it; undefined where nothing says that there was one. */
  readonly nonDetection: (Photometry & { readonly limitingMagnitude: number }) | undefined;
  /** The discovery first, then by time; ten at most. */
  readonly photometry: readonly Photometry[];
}

/** Why there is nothing to report about an object, in words. */
export class NoDiscovery extends Error {
  override readonly name = 'NoDiscovery';
}

/** TNS takes no more photometry points in a report. */
const MOST_POINTS = 10;

/**
 * The discovery that a light curve shows: the first detection, in time, whatever the order of the alert's list.
 *
 * Of the sources after it the latest nine are told as well: who decides what to point a telescope at asks for the
 * beginning and for now. One that is no detection, as a source fainter than the template, is told as a limit.
 *
 * @throws NoDiscovery where there is none, or where the alerts do not go back to the object's first source
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

/** Significant, and as reliable as asked for. Errors are above zero, so a significant flux is as well. */
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
