import type { KafkaMark } from '@lvra/ledger';
import type { FetchedMessage } from '../records/fetched-message.js';

const MOST_ELSEWHERE = 10;

/**
 * Searches for the newest message that was read and that the partition still holds. A log that has lost its end holds
 * all before it, so this is a binary search.
 */
export class TrailSearch {
  readonly #marks: readonly KafkaMark[];
  readonly #isSame: (message: FetchedMessage, mark: KafkaMark) => boolean;
  /** Marks before this index are held; from `#lost` on they are not. */
  #held = 0;
  #lost: number;
  /** Consecutive fetches from another offset than the requested one. */
  #elsewhere = 0;

  /** @param marks in the order of their offsets */
  constructor(marks: readonly KafkaMark[], isSame: (message: FetchedMessage, mark: KafkaMark) => boolean) {
    this.#marks = marks;
    this.#isSame = isSame;
    this.#lost = marks.length;
  }

  /** The offset to fetch next; undefined if the search is over. */
  get offset(): bigint | undefined {
    return this.#held < this.#lost ? this.#candidate.offset : undefined;
  }

  /** The newest that is held; undefined if none. */
  get found(): KafkaMark | undefined {
    return this.#marks[this.#held - 1];
  }

  /**
   * Takes what was fetched from `fetchedFrom` on: elsewhere if a fetch was in flight, or Kafka has dropped that one.
   */
  take(fetchedFrom: bigint, messages: readonly FetchedMessage[]): void {
    if (this.offset === undefined) return;
    const { offset } = this.#candidate;
    const message = messages.find((each) => BigInt(each.offset) === offset);
    if (!message && fetchedFrom !== offset && ++this.#elsewhere < MOST_ELSEWHERE) return;
    this.#elsewhere = 0;
    if (message && this.#isSame(message, this.#candidate)) this.#held = this.#middle + 1;
    else this.#lost = this.#middle;
  }

  /** The newest first, which is most often held, then the middle of the rest. */
  get #middle(): number {
    return this.#lost === this.#marks.length ? this.#lost - 1 : (this.#held + this.#lost) >> 1;
  }

  get #candidate(): KafkaMark {
    return this.#marks[this.#middle] as KafkaMark;
  }
}
