/** A score's source, with what decides the score's order among those of its object. */
export interface OfSource {
  readonly diaSourceId: bigint | null;
  /** When the source was observed, MJD TAI; null if unknown. */
  readonly midpointMjdTai: number | null;
}

/** Two sources by time if both times are known, of equals or otherwise by diaSourceId. @returns less than 0 if `a` is the older */
export function compareSources(a: OfSource, b: OfSource): number {
  const known = a.midpointMjdTai !== null && b.midpointMjdTai !== null;
  return (known && (a.midpointMjdTai as number) - (b.midpointMjdTai as number)) || compareIds(a, b);
}

/**
 * Scores of an object by their sources, newest first; scores of one source stay in their order.
 *
 * If the time of one source is not known, all are sorted by diaSourceId: mixing the two would be no order.
 */
export function newestFirst<Score extends OfSource>(scores: readonly Score[]): Score[] {
  const byTime = scores.every(({ midpointMjdTai }) => midpointMjdTai !== null);
  return [...scores].sort((a, b) => (byTime ? compareSources(b, a) : compareIds(b, a)));
}

function compareIds(a: OfSource, b: OfSource): number {
  const [first, second] = [a.diaSourceId ?? 0n, b.diaSourceId ?? 0n];
  return first < second ? -1 : first > second ? 1 : 0;
}
