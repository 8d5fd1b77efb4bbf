/** So many failures more than answers, or so long without an answer, and the stem goes back to wait. */
const MOST_FAILURES = 6;
const LONGEST_TROUBLE_MS = 20_000;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to go on with a Lasair that fails: the waiting time is drawn from zero up to a bound that doubles with
 * each failure (full jitter), so that replicas which failed together do not come back together.
 */
export class Patience {
  readonly #random: () => number;
  readonly #clock: () => number;
  #failures = 0;
  /** When the first of the failures since the last answer was. */
  #since: number | undefined;

  /**
   * @param random of [0, 1)
   * @param clock ms of a clock that never goes back
   */
  constructor(random: () => number, clock: () => number = () => performance.now()) {
    this.#random = random;
    this.#clock = clock;
  }

  /** @returns how long to wait before the next call, ms; undefined where it is enough */
  afterFailure(): number | undefined {
    this.#since ??= this.#clock();
    this.#failures++;
    if (this.#failures >= MOST_FAILURES || this.#clock() - this.#since > LONGEST_TROUBLE_MS) return undefined;
    return this.#random() * Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
  }

  /**
   * An answer makes good for one failure. So an attempt at a Lasair of which most calls fail comes to an end too: it makes
   * at most twice as many calls as are answered, and six more.
   */
  afterAnswer(): void {
    this.#failures = Math.max(this.#failures - 1, 0);
    this.#since = undefined;
  }

  /** How long the stem waits once it was enough, ms. */
  longRest(): number {
    return Math.round(30_000 * (1 + this.#random()));
  }
}
