import type { SendableScore, Sifted } from './sift.js';

export interface FillersOptions {
  /** The stem whose calls they fill up. */
  readonly stem: string;
  /** Stems that no replica works on, newest first, at most so many. */
  readonly pending: (most: number) => readonly string[];
  readonly read: (stem: string) => Sifted;
  /** Stems that are not to be taken, until when on the clock of `performance.now()`; kept from stem to stem. */
  readonly avoided: Map<string, number>;
}

/** How long a look at what is pending holds. */
const LOOK_AGAIN_MS = 1_000;
const STEMS_AT_A_LOOK = 1_000;
/** So many scores are read at one go that turn out not to be sent: all else of the process waits meanwhile. */
const MOST_UNSENT = 1_000;

/** How long the stems of a call that came to nothing go on alone. */
const AVOID_MS = 60_000;

/**
 * The scores of other stems that wait, the newest stems first: with them a stem's calls are filled up, so that a backlog of
 * small stems costs full lists and not a call each, and new alerts do not wait for the end of it.
 */
export class Fillers {
  readonly #options: FillersOptions;
  readonly #taken = new Map<string, Sifted>();
  #waiting: string[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** What is left of the stems that were taken. */
  #left: SendableScore[] = [];
  /** Scores that were read for the call in hand and are not sent, and one for each stem. */
  #unsent = 0;

  constructor(options: FillersOptions) {
    this.#options = options;
  }

  /** The stems that were taken, in part or whole. */
  get taken(): ReadonlyMap<string, Sifted> {
    return this.#taken;
  }

  /** At most so many scores; with `onlyNewer`, of stems that are newer than the one whose calls are filled up. */
  take(most: number, onlyNewer: boolean): SendableScore[] {
    const rows: SendableScore[] = [];
    this.#unsent = 0;
    while (rows.length < most && this.#begin(onlyNewer)) {
      const { stem } = this.#left[0]!;
      const end = this.#left.findIndex((row) => row.stem !== stem);
      rows.push(...this.#left.splice(0, Math.min(end < 0 ? this.#left.length : end, most - rows.length)));
    }
    return rows;
  }

  /** The call was not made: its scores are the next to be taken. */
  putBack(rows: readonly SendableScore[]): void {
    this.#left = [...rows, ...this.#left];
  }

  /** A call with scores of these stems came to nothing, and one of them may be why: each goes on alone for a while. */
  avoid(stems: Iterable<string>): void {
    const now = performance.now();
    const { avoided } = this.#options;
    for (const [stem, until] of avoided) if (until <= now) avoided.delete(stem);
    for (const stem of stems) avoided.set(stem, now + AVOID_MS);
  }

  /** Goes on to a stem that has scores to send; false if no stem has, or finding one would take too long. */
  #begin(onlyNewer: boolean): boolean {
    const { stem: own, read } = this.#options;
    while (this.#left.length === 0) {
      if (this.#unsent >= MOST_UNSENT) return false;
      this.#look();
      const [next] = this.#waiting;
      if (next === undefined || (onlyNewer && next < own)) return false;
      this.#waiting.shift();
      const sifted = read(next);
      this.#taken.set(next, sifted);
      this.#unsent += 1 + sifted.outcomes.size;
      this.#left = [...sifted.sendable];
    }
    return !onlyNewer || this.#left[0]!.stem > own;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now;
    const { stem: own, pending, avoided } = this.#options;
    const isFree = (stem: string) => stem !== own && !this.#taken.has(stem) && !((avoided.get(stem) ?? 0) > now);
    this.#waiting = pending(STEMS_AT_A_LOOK + this.#taken.size + avoided.size).filter(isFree);
  }
}
