import { LARGEST_SCORE } from '../annotation/decimal.js';
import { refusalOf } from '../annotation/fields.js';

/** A score of an object, as far as it decides which of the object's scores is the newest. */
export interface Contender {
  /** Of the provenance row. */
  readonly id: bigint;
  readonly diaSourceId: bigint | null;
  /** When the source was observed, MJD TAI; null for rows of the Python pipeline, which did not keep it. */
  readonly midpointMjdTai: number | null;
  readonly modelVersion: string | null;
  readonly score: number | null;
}

/** Which versions of a VRA's model count, by the settings. */
export interface Versions {
  /** Of the configured model; its score of a source goes before those of other versions. */
  readonly version: string;
  /** Whose scores are never annotated. */
  readonly refusedVersion?: string | undefined;
}

/**
 * The versions as text. A score that was the newest under some is so under the same text, until there are others with
 * a greater ID; under other versions nothing is known.
 */
export function judgementOf({ version, refusedVersion }: Versions): string {
  return refusedVersion === undefined ? version : JSON.stringify([version, refusedVersion]);
}

/**
 * Why a score is never sent, whatever happens, in words; undefined if it can be sent. An unsendable score must not
 * supersede one that can be sent, or Lasair would be left with neither: so the annotate stage and everything that looks
 * for the newest score ask this one function.
 */
export function unsendable(
  { diaSourceId, modelVersion, score }: Pick<Contender, 'diaSourceId' | 'modelVersion' | 'score'>,
  { refusedVersion }: Partial<Versions> = {},
): string | undefined {
  // SQLite's columns hold whatever a program put there.
  if (typeof diaSourceId !== 'bigint') return 'the row has no diaSourceId';
  if (typeof modelVersion !== 'string') return 'the row has no model_version';
  if (modelVersion === refusedVersion) return `scores of the model version ${refusedVersion} must not stand at Lasair`;
  if (typeof score !== 'number' || !Number.isFinite(score)) return 'the score is not a finite number';
  if (Math.abs(score) >= LARGEST_SCORE) return 'the score has more digits than Lasair takes';
  return refusalOf({ version: modelVersion });
}

/**
 * The newest score of an object, of those of its scores that can be sent, in the order of their provenance IDs.
 *
 * Each score is held against the best of those before it, so under the same versions what lost once never comes back:
 * an outcome "superseded" is for good, also where times are known for some of the sources only and two of the three
 * comparisons among three scores contradict the third. And it may go on from a score that was the newest before: of
 * those with smaller IDs none counts any more.
 *
 * @returns undefined where there is no score that can be sent
 */
export function newestOf<One extends Contender>(contenders: readonly One[], versions: Versions): One | undefined {
  let newest: One | undefined;
  for (const contender of contenders) {
    if (unsendable(contender, versions) !== undefined) continue;
    if (newest === undefined || isNewer(contender, newest, versions.version)) newest = contender;
  }
  return newest;
}

/**
 * The score that stands for an object: the newest, or where that one gave way, before a version of the model came into
 * force that makes it the newest, a score of the same source that did not. Never one of another source.
 *
 * @param hasGivenWay as `gaveWay` tells
 * @returns the newest itself where all scores of its source gave way: that must not stay so
 */
export function standingOf<One extends Contender>(
  contenders: readonly One[],
  versions: Versions,
  hasGivenWay: (contender: One) => boolean,
): One | undefined {
  const newest = newestOf(contenders, versions);
  if (newest === undefined || !hasGivenWay(newest)) return newest;
  const others = contenders.filter((other) => other.diaSourceId === newest.diaSourceId && !hasGivenWay(other));
  return newestOf(others, versions) ?? newest;
}

/**
 * True for a score that nobody will send as things are and that Lasair does not hold.
 *
 * @param outcome of the score; null while it is still to be sent
 * @param acceptedId the score of the object that Lasair accepted last
 */
export function gaveWay(id: bigint, outcome: string | null, acceptedId: bigint | null | undefined): boolean {
  return outcome === 'superseded' || (outcome === 'accepted' && id !== acceptedId);
}

/** By the time of the source where both are known, else by diaSourceId; scores of one source by version, then ID. */
function isNewer(later: Contender, before: Contender, version: string): boolean {
  if (later.diaSourceId === before.diaSourceId) {
    return later.modelVersion === version || before.modelVersion !== version;
  }
  if (later.midpointMjdTai !== null && before.midpointMjdTai !== null) {
    if (later.midpointMjdTai !== before.midpointMjdTai) return later.midpointMjdTai > before.midpointMjdTai;
  }
  return (later.diaSourceId ?? 0n) > (before.diaSourceId ?? 0n);
}
