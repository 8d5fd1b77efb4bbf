/** How the memory of a process went over a run, MB. */
export interface MemoryCourse {
  readonly peak: number;
  /** The most in each third. */
  readonly thirds: readonly [number, number, number];
  readonly isFlat: boolean;
}

/** V8's heap and SQLite's cache breathe by as much. */
const BREATH = { factor: 1.1, mb: 15 };

/**
 * The first third is warming up: what has a leak, or keeps what waits, has more at its height in the last third than in
 * the middle one.
 *
 * @param residentMb at even intervals
 */
export function memoryCourse(residentMb: readonly number[]): MemoryCourse {
  const third = Math.ceil(residentMb.length / 3);
  const most = (part: number) => Math.max(...residentMb.slice(part * third, (part + 1) * third));
  const thirds = [most(0), most(1), most(2)] as const;
  return {
    peak: Math.max(...residentMb),
    thirds,
    isFlat: thirds[2] <= Math.max(thirds[0], thirds[1]) * BREATH.factor + BREATH.mb,
  };
}
