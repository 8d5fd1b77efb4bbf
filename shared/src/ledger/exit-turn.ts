const IDLE = 0;
const WORKING = 1;
const OVER = 2;
/** So long a process that ends waits for its thread: longer than a checkpoint takes, for a disk that does not answer. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Keeps a process from ending while a thread of it is within a native module.
 *
 * `process.exit` takes a thread's JavaScript away wherever it is. A module built on Node-API that asks for some at that
 * moment, as better-sqlite3 13 does while it is being loaded, aborts the whole process: work that went well ends with a
 * signal. So the thread takes its turn for what it does there, and the end of the process waits for it.
 */
export class ExitTurn {
  readonly #state: Int32Array;

  /** @param state 0, and shared by the process's main thread and that one */
  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** Whether the thread is at work. */
  get taken(): boolean {
    return Atomics.load(this.#state, 0) === WORKING;
  }

  /** For the thread: does the work, unless the process is about to end. */
  take(work: () => void): void {
    if (Atomics.compareExchange(this.#state, 0, IDLE, WORKING) !== IDLE) return;
    try {
      work();
    } finally {
      Atomics.store(this.#state, 0, IDLE);
      Atomics.notify(this.#state, 0);
    }
  }

  /** For the main thread, when the process ends: returns when the thread is not at work, and will not be again. */
  readonly end = (): void => {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    while (Atomics.compareExchange(this.#state, 0, IDLE, OVER) === WORKING) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      Atomics.wait(this.#state, 0, WORKING, left);
    }
  };
}
