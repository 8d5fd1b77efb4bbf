/** TNS's limit of calls in a period, shown in headers of every response. */
export class RateLimit {
  readonly #calls: number;
  readonly #seconds: number;
  readonly #now: () => number;
  #used = 0;
  #until = 0;

  constructor({ calls, seconds }: { readonly calls: number; readonly seconds: number }, now: () => number) {
    this.#calls = calls;
    this.#seconds = seconds;
    this.#now = now;
  }

  /** Counts a call. @returns whether it is admitted, and the headers of its response */
  count(): { readonly passes: boolean; readonly headers: Readonly<Record<string, string>> } {
    const now = this.#now();
    if (now >= this.#until) {
      this.#until = now + this.#seconds * 1_000;
      this.#used = 0;
    }
    const passes = this.#used < this.#calls;
    if (passes) this.#used++;
    return {
      passes,
      headers: {
        'x-rate-limit-limit': String(this.#calls),
        'x-rate-limit-remaining': String(this.#calls - this.#used),
        'x-rate-limit-reset': String(Math.ceil((this.#until - now) / 1_000)),
      },
    };
  }
}
