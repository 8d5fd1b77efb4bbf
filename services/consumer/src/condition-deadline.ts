const LOOK_EVERY_MS = 250;

/** Aborts once a problem has lasted too long without a break. */
export class ConditionDeadline {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #since: number | undefined;
  #reason: string | undefined;

  /**
   * @param problem what is wrong now; undefined while all is well
   * @param patienceMs infinite means never
   */
  constructor(problem: () => string | undefined, patienceMs: number) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const reason = problem();
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

  /** The problem on which it gave up; undefined if it did not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Stops checking. */
  end(): void {
    clearInterval(this.#timer);
  }
}
