const LOOK_EVERY_MS = 250;

/** Gives up on a trouble that has lasted for too long without a break. */
export class ConditionDeadline {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #since: number | undefined;
  #reason: string | undefined;

  /**
   * @param trouble what is wrong now; undefined while all is well
   * @param patienceMs infinite never gives up
   */
  constructor(trouble: () => string | undefined, patienceMs: number) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const reason = trouble();
      if (reason === undefined) this.#since = undefined;
      else this.#since ??= now;
      if (this.#since === undefined || now - this.#since < patienceMs) return;
      this.#reason ??= reason;
      this.#stop.abort();
    }, LOOK_EVERY_MS);
  }

  /** Aborted when it gives up. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The trouble on which it gave up; undefined where it did not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
