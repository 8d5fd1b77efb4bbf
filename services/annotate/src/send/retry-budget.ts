import { backoffMs } from '@lvra/core';

/** After this many failures more than answers, or this long without an answer, the stem is requeued. */
const MAX_FAILURES = 6;
const MAX_OUTAGE_MS = 20_000;

const BACKOFF = { firstMs: 1_000, longestMs: 10_000, jitter: 1 };

/** Decides how long to keep calling a Lasair that fails, and how long to wait before each call. */
export class RetryBudget {
  readonly #random: () => number;
  readonly #clock: () => number;
  #failures = 0;
  /** When the first failure since the last answer was. */
  #since: number | undefined;

  /**
   * @param random of [0, 1)
   * @param clock ms of a clock that never goes back
   */
  constructor(random: () => number, clock: () => number = () => performance.now()) {
    this.#random = random;
    this.#clock = clock;
  }

  /** @returns how long to wait before the next call, ms; undefined once the budget is used up */
  afterFailure(): number | undefined {
    this.#since ??= this.#clock();
    this.#failures++;
    if (this.#failures >= MAX_FAILURES || this.#clock() - this.#since > MAX_OUTAGE_MS) return undefined;
    return backoffMs(BACKOFF, this.#failures, this.#random);
  }

  /**
   * An answer cancels one failure. So a stem gives up on a Lasair of which most calls fail, too: after at most twice as
   * many calls as are answered, plus six.
   */
  afterAnswer(): void {
    this.#failures = Math.max(this.#failures - 1, 0);
    this.#since = undefined;
  }

  /** How long the stem is requeued for once the budget is used up, ms. */
  requeueDelay(): number {
    return Math.round(30_000 * (1 + this.#random()));
  }
}
