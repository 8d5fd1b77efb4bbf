/** The stems of the night that the stages of a process work on or have waiting: none begins a backfilled stem meanwhile. */
export class InHand {
  readonly #stages = new Set<() => boolean>();
  #stems = 0;

  /** No stage works on a stem. */
  get isEmpty(): boolean {
    return this.#stems === 0;
  }

  /** No stage works on a stem, and for none that runs does one wait. */
  get isQuiet(): boolean {
    return this.isEmpty && ![...this.#stages].some((isWaitedFor) => isWaitedFor());
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
  join(isWaitedFor: () => boolean): void {
    this.#stages.add(isWaitedFor);
  }

  leave(isWaitedFor: () => boolean): void {
    this.#stages.delete(isWaitedFor);
  }
}
