/** The stems that a process works on, in all of its stages: while there is one, nobody begins a stem of a backfill. */
export class InHand {
  #stems = 0;

  get isEmpty(): boolean {
    return this.#stems === 0;
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#stems++;
    try {
      return await work();
    } finally {
      this.#stems--;
    }
  }
}
