const HOUR_MS = 3_600_000;

/**
 * Lasair's hourly limit, which counts double.
 *
 * Two throttle classes write to one history for each user: a general one with a limit too high to matter, which records
 * every call, rejected ones included, and the one with the nominal rate, which records what it admits. So a user gets
 * half the nominal rate, and calling again while rejected prolongs the rejection. Source: `lasairapi/throttle.py` and
 * `DEFAULT_THROTTLE_CLASSES` of lsst-uk/lasair-lsst.
 */
export class Throttle {
  readonly #now: () => number;
  readonly #history = new Map<string, number[]>();

  /** @param now milliseconds of any monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a call of the user. @returns whether it is admitted at the nominal number of calls an hour */
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
