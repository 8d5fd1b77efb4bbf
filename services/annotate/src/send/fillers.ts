import type { SendableScore, TriagedScores } from '../triage.js';

export interface FillersOptions {
  /** The stem whose calls they fill up. */
  readonly stem: string;
  /** At most `most` stems that no replica works on, newest first. */
  readonly pending: (most: number) => Promise<readonly string[]>;
  readonly read: (stem: string) => Promise<TriagedScores>;
  /** Stems not to be taken, and until when (`performance.now()`); shared by all stems. */
  readonly avoided: Map<string, number>;
}

/** How long the list of pending stems is used before it is read again. */
const PENDING_TTL_MS = 1_000;
const PENDING_STEMS = 1_000;
/** Stops after reading this many scores that are not sent: reading blocks the process. */
const MAX_UNSENT = 1_000;

/** How long the stems of a failed call are sent alone. */
const AVOID_MS = 60_000;

/**
 * Pending scores of other stems, newest stems first. They fill up a stem's calls, so that a backlog of small stems is sent
 * in full lists and not one call each, and new alerts do not wait behind it.
 */
export class Fillers {
  readonly #options: FillersOptions;
  readonly #taken = new Map<string, TriagedScores>();
  #waiting: string[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  /** Scores of the taken stems that are not sent yet. */
  #left: SendableScore[] = [];
  /** Scores read for the current call that are not sent, plus one per stem. */
  #unsent = 0;

  constructor(options: FillersOptions) {
    this.#options = options;
  }

  /** The stems that were taken, in part or whole. */
  get taken(): ReadonlyMap<string, TriagedScores> {
    return this.#taken;
  }

  /** At most `most` scores; with `onlyNewer`, only of stems newer than the current one. */
  async take(most: number, onlyNewer: boolean): Promise<SendableScore[]> {
    const rows: SendableScore[] = [];
    this.#unsent = 0;
    while (rows.length < most && (await this.#begin(onlyNewer))) {
      const { stem } = this.#left[0]!;
      const end = this.#left.findIndex((row) => row.stem !== stem);
      rows.push(...this.#left.splice(0, Math.min(end < 0 ? this.#left.length : end, most - rows.length)));
    }
    return rows;
  }

  /** The call was not made: its scores are taken next. */
  requeue(rows: readonly SendableScore[]): void {
    this.#left = [...rows, ...this.#left];
  }

  /** A call with scores of these stems failed, and one of them may be the cause: each is sent alone for a while. */
  avoid(stems: Iterable<string>): void {
    const now = performance.now();
    const { avoided } = this.#options;
    for (const [stem, until] of avoided) if (until <= now) avoided.delete(stem);
    for (const stem of stems) avoided.set(stem, now + AVOID_MS);
  }

  /** Moves on to a stem that has scores to send; false if none has, or finding one would take too long. */
  async #begin(onlyNewer: boolean): Promise<boolean> {
    const { stem: own, read } = this.#options;
    while (this.#left.length === 0) {
      if (this.#unsent >= MAX_UNSENT) return false;
      await this.#refreshWaiting();
      const [next] = this.#waiting;
      if (next === undefined || (onlyNewer && next < own)) return false;
      this.#waiting.shift();
      const triaged = await read(next);
      this.#taken.set(next, triaged);
      this.#unsent += 1 + triaged.outcomes.size;
      this.#left = [...triaged.sendable];
    }
    return !onlyNewer || this.#left[0]!.stem > own;
  }

  async #refreshWaiting(): Promise<void> {
    const now = performance.now();
    if (now - this.#readAt < PENDING_TTL_MS) return;
    this.#readAt = now;
    const { stem: own, pending, avoided } = this.#options;
    const isFree = (stem: string) => stem !== own && !this.#taken.has(stem) && !((avoided.get(stem) ?? 0) > now);
    this.#waiting = (await pending(PENDING_STEMS + this.#taken.size + avoided.size)).filter(isFree);
  }
}
