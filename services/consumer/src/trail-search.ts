import type { KafkaMark } from '@lvra/shared/ledger/kafka-trail';
import type { FetchedMessage } from './records/fetched-message.js';

const MOST_ELSEWHERE = 10;

/**
 * Looks for the newest message that a partition still holds of those that were read of it. A log that has lost its end
 * holds all before that, so half of the candidates can be left out with each look.
 */
export class TrailSearch {
  readonly #marks: readonly KafkaMark[];
  readonly #isSame: (message: FetchedMessage, mark: KafkaMark) => boolean;
  /** Marks before this index are held; from `#lost` on they are not. */
  #held = 0;
  #lost: number;
  /** Fetches in a row that were not those that were asked for. */
  #elsewhere = 0;

  /** @param marks in the order of their offsets */
  constructor(marks: readonly KafkaMark[], isSame: (message: FetchedMessage, mark: KafkaMark) => boolean) {
    this.#marks = marks;
    this.#isSame = isSame;
    this.#lost = marks.length;
  }

  /** Which message to look at; undefined where the search is over. */
  get offset(): bigint | undefined {
    return this.#held < this.#lost ? this.#candidate.offset : undefined;
  }

  /** The newest that is held; undefined where none is. */
  get found(): KafkaMark | undefined {
    return this.#marks[this.#held - 1];
  }

  /** Takes what was fetched from `fetchedFrom` on: from elsewhere where a fetch was under way, or Kafka has dropped that one. */
  take(fetchedFrom: bigint, messages: readonly FetchedMessage[]): void {
    const { offset } = this.#candidate;
    const message = messages.find((each) => BigInt(each.offset) === offset);
    if (!message && fetchedFrom !== offset && ++this.#elsewhere < MOST_ELSEWHERE) return;
    this.#elsewhere = 0;
    if (message && this.#isSame(message, this.#candidate)) this.#held = this.#middle + 1;
    else this.#lost = this.#middle;
  }

  /** The newest first, which most often is held, then the middle of what is left. */
  get #middle(): number {
    return this.#lost === this.#marks.length ? this.#lost - 1 : (this.#held + this.#lost) >> 1;
  }

  get #candidate(): KafkaMark {
    return this.#marks[this.#middle] as KafkaMark;
  }
}
