/** The stems of the night that the stages of a process work on or have waiting: none begins a backfilled stem meanwhile. */
export class InHand {
  readonly #stages = new Set<() => Promise<boolean>>();
  #stems = 0;

  /** Does something if no stage works on a stem, and for none that runs does one wait. */
  async holdIfQuiet<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.holdIfEmpty(async () => {
      for (const isWaitedFor of this.#stages) if (await isWaitedFor()) return undefined;
      return work();
    });
  }

  /** Does something if no stage works on a stem. */
  async holdIfEmpty<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.#stems === 0 ? this.hold(work) : undefined;
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#stems++;
    try {
      return await work();
    } finally {
      this.#stems--;
    }
  }

  /** Has a stage asked, too. @param isWaitedFor whether a stem of the night waits for it that it could do now */
  join(isWaitedFor: () => Promise<boolean>): void {
    this.#stages.add(isWaitedFor);
  }

  leave(isWaitedFor: () => Promise<boolean>): void {
    this.#stages.delete(isWaitedFor);
  }
}
