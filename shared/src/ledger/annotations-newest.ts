/** A score of an object, as far as it decides which of the object's scores is the newest. */
export interface Contender {
  /** Of the provenance row. */
  readonly id: bigint;
  readonly diaSourceId: bigint | null;
  /** When the source was observed, MJD TAI; null for rows of the Python pipeline, which did not keep it. */
  readonly midpointMjdTai: number | null;
  readonly modelVersion: string | null;
}

/**
 * The newest score of an object, of all its scores in the order of their provenance IDs.
 *
 * Each score is held against the best of those before it, so what lost once never comes back: an outcome
 * "superseded" is for good, also where times are known for some of the sources only and two of the three
 * comparisons among three scores contradict the third.
 *
 * @param version of the configured model; its score of a source goes before those of other versions
 * @returns undefined where there is no score
 */
export function newestOf<One extends Contender>(contenders: readonly One[], version: string): One | undefined {
  let newest: One | undefined;
  for (const contender of contenders) {
    if (newest === undefined || isNewer(contender, newest, version)) newest = contender;
  }
  return newest;
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
