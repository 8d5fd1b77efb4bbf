/** A score's source, as far as it decides where the score stands among those of its object. */
export interface OfSource {
  readonly diaSourceId: bigint | null;
  /** When the source was observed, MJD TAI; null where nobody kept it. */
  readonly midpointMjdTai: number | null;
}

/**
 * Scores of an object by their sources, newest first; scores of one source stay in their order.
 *
 * By time where the time of every source is known, else by diaSourceId: one order for all of them, which mixing the two
 * would not be.
 */
export function newestFirst<Score extends OfSource>(scores: readonly Score[]): Score[] {
  const byTime = scores.every(({ midpointMjdTai }) => midpointMjdTai !== null);
  return [...scores].sort((a, b) => {
    const later = byTime ? (b.midpointMjdTai as number) - (a.midpointMjdTai as number) : 0;
    return later || compare(b.diaSourceId ?? 0n, a.diaSourceId ?? 0n);
  });
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
