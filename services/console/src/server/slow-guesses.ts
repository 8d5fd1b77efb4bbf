/** Whoever guesses waits so long for each answer. */
const GUESS_MS = 500;
/** Of one address, each another password. */
const MOST_WAITING = 8;

interface Queue {
  /** When each wrong password may be answered. */
  readonly waiting: Map<string, Promise<void>>;
  last: Promise<void>;
}

/**
 * Answers wrong passwords one after another, each address for itself: asking many at once does not make guessing quicker. The
 * same one again is no new guess: browsers with an old password ask for a page, its parts and its changes, and would else keep
 * everybody at their address out.
 */
export class SlowGuesses {
  readonly #queues = new Map<string, Queue>();

  /** Whether the address has so many guesses waiting that no more are looked at. */
  isFull(address: string): boolean {
    return (this.#queues.get(address)?.waiting.size ?? 0) >= MOST_WAITING;
  }

  /** Resolves when a wrong guess may be answered. */
  async wait(address: string, password: string): Promise<void> {
    const queue = this.#queues.get(address) ?? { waiting: new Map(), last: Promise.resolve() };
    this.#queues.set(address, queue);
    const same = queue.waiting.get(password);
    if (same) return same;
    queue.last = queue.last.then(() => new Promise((resolve) => setTimeout(resolve, GUESS_MS)));
    queue.waiting.set(password, queue.last);
    await queue.last;
    queue.waiting.delete(password);
    if (queue.waiting.size === 0) this.#queues.delete(address);
  }
}
