import { backoffMs } from '@lvra/shared/backoff';

/** So many failures more than answers, or so long without an answer, and the stem goes back to wait. */
const MOST_FAILURES = 6;
const LONGEST_TROUBLE_MS = 20_000;

const BACKOFF = { firstMs: 1_000, longestMs: 10_000, jitter: 1 };

/** How long to go on with a Lasair that fails, and how long to wait before each call. */
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
    return backoffMs(BACKOFF, this.#failures, this.#random);
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
