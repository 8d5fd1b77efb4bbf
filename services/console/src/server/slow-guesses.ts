/** Whoever guesses waits so long for each answer. */
const GUESS_MS = 500;
/** Of one address; a browser with an old password asks for a page and its parts at once. */
const MOST_WAITING = 8;

/** Answers wrong passwords one after another, each address for itself: asking many at once does not make guessing quicker. */
export class SlowGuesses {
  readonly #queues = new Map<string, { waiting: number; last: Promise<unknown> }>();

  /** Whether the address has so many guesses waiting that no more are looked at. */
  isFull(address: string): boolean {
    return (this.#queues.get(address)?.waiting ?? 0) >= MOST_WAITING;
  }

  /** Resolves when a wrong guess may be answered. */
  async wait(address: string): Promise<void> {
    const queue = this.#queues.get(address) ?? { waiting: 0, last: Promise.resolve() };
    this.#queues.set(address, queue);
    queue.waiting++;
    queue.last = queue.last.then(() => new Promise((resolve) => setTimeout(resolve, GUESS_MS)));
    await queue.last;
    queue.waiting--;
    if (queue.waiting === 0) this.#queues.delete(address);
  }
}
