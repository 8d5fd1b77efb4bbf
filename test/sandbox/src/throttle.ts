const HOUR_MS = 3_600_000;

/**
 * Lasair's hourly limit, with its habit of counting double.
 *
 * Two throttle classes write to one history for each user: a general one with a limit too high to matter, which
 * notes every call, refused ones included, and the one with the stated rate, which notes what it lets through.
 * So half the stated rate is what a user gets, and asking again while refused puts off the end of the refusal.
 * Source: `lasairapi/throttle.py` and `DEFAULT_THROTTLE_CLASSES` of lsst-uk/lasair-lsst.
 */
export class Throttle {
  readonly #now: () => number;
  readonly #history = new Map<string, number[]>();

  /** @param now milliseconds of any clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a call of the user and says whether it may go on, at the stated number of calls an hour. */
  admits(user: string, callsPerHour: number): boolean {
    const now = this.#now();
    const history = this.#history.get(user) ?? [];
    this.#history.set(user, history);
    const kept = history.findIndex((at) => at > now - HOUR_MS);
    history.splice(0, kept < 0 ? history.length : kept);
    history.push(now);
    if (history.length >= callsPerHour) return false;
    history.push(now);
    return true;
  }
}
