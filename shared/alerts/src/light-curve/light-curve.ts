import type { JsonRecord, JsonValue } from '../json/values.js';

/** A source of the difference image, forced photometry at the object's position, or the limit of a non-detection. */
export type EpochKind = 'detection' | 'forced' | 'limit';

/** One brightness at one time. Numbers that the alert does not say are NaN. */
export interface Epoch {
  readonly kind: EpochKind;
  /** Identifies it within its object: its diaSourceId; time and band and what tells it from others if it is none. */
  readonly key: string;
  /** Its diaSourceId or diaForcedSourceId; undefined if it has none. */
  readonly id: string | undefined;
  /** Middle of the exposure, MJD TAI. */
  readonly midpointMjdTai: number;
  /** u, g, r, i, z or y; undefined if the alert does not say. */
  readonly band: string | undefined;
  /**
   * Flux of the difference image, nJy; below zero if the object is fainter than in the template, and 0 for a limit, whose
   * error says how much could have been there.
   */
  readonly psfFlux: number;
  readonly psfFluxErr: number;
  /** Of the science image, nJy. */
  readonly scienceFlux: number;
  readonly scienceFluxErr: number;
  /** Of the template, nJy. */
  readonly templateFlux: number;
  readonly templateFluxErr: number;
  /** As Rubin has it: of the detection, not psfFlux over its error. */
  readonly snr: number;
  /** Degrees, ICRS. */
  readonly ra: number;
  readonly decl: number;
  readonly visit: string | undefined;
  readonly isNegative: boolean | undefined;
  /** From 0 for an artefact to 1; NaN if unknown, as for forced photometry. */
  readonly reliability: number;
  /** Why the flux cannot be used; undefined if it can. */
  readonly unusable: string | undefined;
}

/** What the messages about one object contain. */
export interface LightCurve {
  readonly diaObjectId: bigint;
  /** Degrees, ICRS. */
  readonly ra: number;
  readonly decl: number;
  /** Reddening by the Galaxy, E(B-V) in mag; undefined if Lasair has none. */
  readonly ebv: number | undefined;
  /** Its name at TNS, if Lasair knows one. */
  readonly tnsName: string | undefined;
  /** The time of its first source ever, MJD TAI; undefined if no message has it. */
  readonly firstDiaSourceMjdTai: number | undefined;
  /** By time, oldest first, then by diaSourceId; no duplicates. */
  readonly sources: readonly Epoch[];
  /** Forced photometry and limits of non-detections, by time. */
  readonly forced: readonly Epoch[];
}

/** Makes a light curve of a message of a Lasair filter; undefined if the message has no alert with sources. */
export function lightCurveOf(diaObjectId: bigint, message: JsonRecord): LightCurve | undefined {
  const alert = recordOf(message.alert);
  const sources = byTime(recordsOf(alert?.diaSourcesList).map(detectionOf));
  if (!alert || sources.length === 0) return undefined;
  const object = recordOf(alert.diaObject);
  // The filter's columns come from a MySQL table; diaObject has Rubin's own digits.
  const ra = finite(object?.ra) ?? finite(message.ra);
  const decl = finite(object?.decl) ?? finite(message.decl);
  if (ra === undefined || decl === undefined) return undefined;
  return {
    ...{ diaObjectId, ra, decl },
    ebv: finite(message.ebv) ?? finite(alert.ebv),
    tnsName: typeof message.tns_name === 'string' && message.tns_name.trim() !== '' ? message.tns_name : undefined,
    firstDiaSourceMjdTai: finite(message.firstDiaSourceMjdTai) ?? finite(object?.firstDiaSourceMjdTai),
    sources,
    forced: byTime([
      ...recordsOf(alert.diaForcedSourcesList).map(forcedOf),
      ...recordsOf(alert.diaNondetectionLimitsList).map(limitOf),
    ]),
  };
}

/** Merges light curves of one object, in any order: the one with the latest source gives the values for the object. */
export function mergeLightCurves(curves: readonly LightCurve[]): LightCurve {
  const latest = ({ sources }: LightCurve) => sources.at(-1) as Epoch;
  return curves.toSorted((a, b) => inOrder(latest(b), latest(a))).reduce(mergeOlder);
}

/**
 * Merges two light curves of the same object.
 *
 * @param newer its values for the object are used
 */
export function mergeOlder(newer: LightCurve, older: LightCurve): LightCurve {
  return {
    ...newer,
    tnsName: newer.tnsName ?? older.tnsName,
    firstDiaSourceMjdTai: newer.firstDiaSourceMjdTai ?? older.firstDiaSourceMjdTai,
    sources: byTime([...newer.sources, ...older.sources]),
    forced: byTime([...newer.forced, ...older.forced]),
  };
}

/** Two times that differ by less, in days, are of one exposure: a tenth of a second, far below an exposure. */
const SAME_TIME_DAYS = 1e-6;

/**
 * Whether the object's first source is included. Some messages have only the latest ones, whose oldest is not the
 * discovery.
 */
export function reachesFirstSource({ sources, firstDiaSourceMjdTai }: LightCurve): boolean {
  const oldest = sources[0]?.midpointMjdTai ?? Number.POSITIVE_INFINITY;
  return firstDiaSourceMjdTai === undefined || oldest <= firstDiaSourceMjdTai + SAME_TIME_DAYS;
}

function detectionOf(source: JsonRecord): Epoch {
  return epochOf('detection', source, source.diaSourceId);
}

function forcedOf(source: JsonRecord): Epoch {
  return epochOf('forced', source, source.diaForcedSourceId);
}

/** A limit of the older schemas: the noise of the difference image without a detection. */
function limitOf(limit: JsonRecord): Epoch {
  return epochOf('limit', { ...limit, psfFlux: 0, psfFluxErr: limit.diaNoise }, undefined);
}

function epochOf(kind: EpochKind, source: JsonRecord, given: JsonValue | undefined): Epoch {
  const { midpointMjdTai, band, psfFlux, isNegative } = source;
  const number = (name: string) => finite(source[name]) ?? Number.NaN;
  const id = wholeNumber(given);
  const others = `${midpointMjdTai} ${band} ${id ?? psfFlux}`;
  return {
    kind,
    key: kind === 'detection' && id !== undefined ? id : others,
    id,
    midpointMjdTai: number('midpointMjdTai'),
    band: typeof band === 'string' ? band : undefined,
    ...{ psfFlux: number('psfFlux'), psfFluxErr: number('psfFluxErr') },
    ...{ scienceFlux: number('scienceFlux'), scienceFluxErr: number('scienceFluxErr') },
    ...{ templateFlux: number('templateFlux'), templateFluxErr: number('templateFluxErr') },
    ...{ snr: number('snr'), ra: number('ra'), decl: finite(source.decl) ?? number('dec') },
    visit: wholeNumber(source.visit),
    isNegative: typeof isNegative === 'boolean' ? isNegative : undefined,
    reliability: number('reliability'),
    unusable: faultOf(source),
  };
}

/** With all digits. */
function wholeNumber(value: JsonValue | undefined): string | undefined {
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : undefined;
}

/**
 * Why a source is not light of the object. Flags are those of Rubin's schema 11: a failed PSF fit gives no flux;
 * `injected` marks fakes that the survey put into its images; a glint trail is a satellite's; Rubin has retracted a
 * withdrawn source. A negative source is judged by its flux, which is below zero.
 */
function faultOf(source: JsonRecord): string | undefined {
  const flux = finite(source.psfFlux);
  if (flux === undefined || !((finite(source.psfFluxErr) ?? 0) > 0)) return 'it has no flux, or none with an error';
  if (source.psfFlux_flag === true) return 'its PSF fit failed';
  if (source.pixelFlags_injected === true || source.pixelFlags_injectedCenter === true) return 'it is an injected fake';
  if (source.glint_trail === true) return "it is a satellite's glint";
  if ((finite(source.timeWithdrawnMjdTai) ?? 0) > 0) return 'Rubin has withdrawn it';
  if (source.isNegative === true && flux > 0) return 'it is negative, its PSF flux is not';
  return undefined;
}

/** From 1982, since no CCD survey is older, to 2132: any other number is not an MJD. */
const [EARLIEST_MJD, LATEST_MJD] = [45_000, 100_000];

/** Oldest first, then by diaSourceId. No duplicates. */
function byTime(epochs: readonly Epoch[]): Epoch[] {
  const known = new Map<string, Epoch>();
  for (const epoch of epochs) {
    const { key, midpointMjdTai: mjd } = epoch;
    if (mjd > EARLIEST_MJD && mjd < LATEST_MJD && !known.has(key)) known.set(key, epoch);
  }
  return [...known.values()].sort(inOrder);
}

/** Compares two epochs of an object for `sort`: by time, then by diaSourceId if both have one. */
export function inOrder(a: Epoch, b: Epoch): number {
  return (
    a.midpointMjdTai - b.midpointMjdTai || (isId(a.key) && isId(b.key) ? Number(BigInt(a.key) - BigInt(b.key)) : 0)
  );
}

function isId(key: string): boolean {
  return /^\d+$/.test(key);
}

function finite(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function recordOf(value: JsonValue | undefined): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

function recordsOf(value: JsonValue | undefined): JsonRecord[] {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [];
  return list.map(recordOf).filter((record) => record !== undefined);
}
