import type { KafkaMark, KafkaPosition } from '@lvra/ledger';
import { fingerprintOf } from '../../sources/message-fingerprint.js';
import type { FetchedMessage } from '../records/fetched-message.js';
import type { OffsetSpan } from './topic-partition.js';
import { TrailSearch } from './trail-search.js';

/** What to do with what was fetched. */
export type FetchDecision =
  /** The messages from this index on are the next ones. */
  | { readonly kind: 'take'; readonly from: number }
  /** Fetch from this offset: to check the message before the position, or because there is nothing before it. */
  | { readonly kind: 'fetch'; readonly offset: bigint }
  /** Ask the broker which offsets it has, and then `judgeRange`. */
  | { readonly kind: 'ask-range' }
  /** Another consumer of the group has read up to `after`; the fingerprint is empty if the message before is gone. */
  | { readonly kind: 'read-by-others'; readonly after: bigint; readonly fingerprint: string }
  /** The message before the position is another one, or absent: search for an earlier one that is the same. */
  | { readonly kind: 'differs' }
  /** The topic has lost its end: this is the newest message that was read and that it still holds. */
  | { readonly kind: 'tail-lost'; readonly newest: KafkaMark }
  /** The topic was deleted and created again: what it holds is new from the beginning. */
  | { readonly kind: 'replaced' };

/** What the reader must know of the ledger's position. */
export type ReadPosition = Pick<KafkaPosition, 'next' | 'fingerprint'>;

/** This long after the last fetch a topic may have been replaced by one that has grown past the position. */
const TRUSTED_MS = 1_000;
/** If more was waiting the next fetch follows at once, but may take long over a slow line. */
const TRUSTED_WITH_MORE_MS = 30_000;

/**
 * Keeps the position in one partition and judges whether what was fetched continues from it.
 *
 * Lasair deletes a topic and creates it again when its filter is saved; the same offsets then hold other messages. The
 * position keeps the fingerprint of the message before it, so the topic is the same one if that message is still there.
 * This is checked when reading begins, and after every pause in which the topic could have been replaced unseen.
 */
export class PartitionReader {
  #position: ReadPosition | undefined;
  /** Another consumer of the group has read up to here, if the topic is still the same one. */
  #othersAt: bigint | undefined;
  #next: bigint | undefined;
  #startedAt: bigint | undefined;
  /** The message before the position was asked for and not seen yet. */
  #lookingBack = false;
  #lookingAtOthers = false;
  #search: TrailSearch | undefined;
  #resumeAt: bigint | undefined;
  /** Kafka has nothing for a reader from the position up to here. */
  #emptyTo = 0n;
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #lookedAt = 0;
  /** Kafka's retention has removed what was before. */
  #goneBefore = 0n;

  #origin: bigint | undefined;

  /** @param origin where to begin while the ledger has no position; undefined leaves it to the group's offset */
  constructor(
    readonly topic: string,
    readonly partition: number,
    origin?: bigint,
  ) {
    this.#origin = origin;
  }

  /** Where reading restarts while the ledger has no position; undefined if it has not begun. */
  get origin(): bigint | undefined {
    return this.#origin;
  }

  /** Whether a message was taken since it started, also if its fetch is not through yet. */
  get hasRead(): boolean {
    return this.#next !== this.#startedAt;
  }

  get position(): ReadPosition | undefined {
    return this.#position;
  }

  /** Up to where Kafka has nothing for a reader after the position: transaction markers, aborted messages. */
  get emptyTo(): bigint {
    return this.#emptyTo;
  }

  /** Whether it has still to see where another consumer of the group has stopped. */
  get looksAtOthers(): boolean {
    return this.#lookingAtOthers;
  }

  /** When the topic was last known to be the same one, on the clock of `performance.now()`. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /**
   * Begins at the ledger's position; undefined if the group has never read the partition.
   *
   * @param othersAt how far another consumer of the group has read beyond it
   */
  start(position: ReadPosition | undefined, now: number, othersAt?: bigint): void {
    this.#position = position;
    this.#othersAt = othersAt;
    this.#next = position?.next;
    // If the position is removed later, its topic was replaced.
    if (position) this.#origin = 0n;
    this.#startedAt = position?.next;
    this.#lookingBack = false;
    this.#lookingAtOthers = false;
    this.#search = undefined;
    this.#lookedAt = now;
    this.#distrust();
  }

  /**
   * Trusts no fetch until the message before the position was checked.
   *
   * @returns where to fetch from for that; undefined if there is nothing to check
   */
  lookBack(): bigint | undefined {
    if (!this.#position) return undefined;
    this.#distrust();
    this.#lookingBack = true;
    return this.#position.next - 1n;
  }

  /**
   * Judges messages that were fetched in order of their offsets.
   *
   * @param fetchedFrom the offset that was asked for
   * @param now on the clock of `performance.now()`
   */
  judge(fetchedFrom: bigint, messages: readonly FetchedMessage[], now: number): FetchDecision {
    if (!this.#position) return { kind: 'take', from: 0 };
    if (this.#search) return this.#judgeSearch(this.#search, fetchedFrom, messages);
    if (this.#lookingAtOthers) return this.#judgeOthers(fetchedFrom, messages);
    const previous = this.#position.next - 1n;
    const at = messages.findIndex(({ offset }) => BigInt(offset) >= previous);
    const found = messages[at];
    if (found && BigInt(found.offset) === previous) {
      const { fingerprint } = this.#position;
      const known = fingerprint !== '' && !found.refused;
      if (known && fingerprintOfFetched(found) !== fingerprint) return { kind: 'differs' };
      if (this.#othersAt !== undefined) return this.#lookAtOthers(this.#othersAt);
      this.#extendTrust(now, TRUSTED_MS);
      return { kind: 'take', from: at + 1 };
    }
    // A fetch from `previous` that returns only later messages shows that Kafka has dropped that one by itself.
    const continues = fetchedFrom === previous || (fetchedFrom === this.#resumeAt && now < this.#trustedUntil);
    if (continues) return { kind: 'take', from: at === -1 ? messages.length : at };
    if (this.#lookingBack) return { kind: 'ask-range' };
    this.#lookingBack = true;
    return { kind: 'fetch', offset: previous };
  }

  /** Judges by the partition's offsets if the message before the position could not be fetched. */
  judgeRange({ low, high }: OffsetSpan, now: number): FetchDecision {
    if (!this.#position) return { kind: 'fetch', offset: low };
    const { next } = this.#position;
    if (high < next) return { kind: 'differs' };
    if (low < next) return { kind: 'fetch', offset: next - 1n };
    if (this.#othersAt !== undefined) return this.#lookAtOthers(this.#othersAt);
    // Retention has removed it, and perhaps some that were never read.
    this.#goneBefore = low;
    this.#lookingBack = false;
    this.#resumeAt = low;
    this.#extendTrust(now, TRUSTED_WITH_MORE_MS);
    return { kind: 'fetch', offset: low };
  }

  /** Whether it searches for the newest message that the topic still holds. */
  get searches(): boolean {
    return this.#search !== undefined;
  }

  /**
   * Searches for the newest of these that the topic still holds.
   *
   * @param marks in the order of their offsets
   */
  search(marks: readonly KafkaMark[]): FetchDecision {
    // Nothing is known where a batch could not be unpacked.
    const known = marks.filter(({ fingerprint }) => fingerprint !== '');
    this.#search = new TrailSearch(known, (message, mark) => fingerprintOfFetched(message) === mark.fingerprint);
    return this.#continueSearch(this.#search);
  }

  #judgeSearch(search: TrailSearch, fetchedFrom: bigint, messages: readonly FetchedMessage[]): FetchDecision {
    search.take(fetchedFrom, messages);
    return this.#continueSearch(search);
  }

  #continueSearch({ offset, found }: TrailSearch): FetchDecision {
    if (offset !== undefined) return { kind: 'fetch', offset };
    return found ? { kind: 'tail-lost', newest: found } : { kind: 'replaced' };
  }

  /** The topic is the same one: what others have read of it ends after this message. */
  #lookAtOthers(othersAt: bigint): FetchDecision {
    this.#lookingAtOthers = true;
    return { kind: 'fetch', offset: othersAt - 1n };
  }

  #judgeOthers(fetchedFrom: bigint, messages: readonly FetchedMessage[]): FetchDecision {
    const after = this.#othersAt as bigint;
    const last = messages.find(({ offset }) => BigInt(offset) === after - 1n);
    if (!last && fetchedFrom < after - 1n) return this.#lookAtOthers(after);
    return { kind: 'read-by-others', after, fingerprint: last ? fingerprintOfFetched(last) : '' };
  }

  /**
   * The message at `offset` is about to be taken; or all from `first` on, if they cannot be told apart.
   *
   * @returns the position before it, and how many messages retention has removed since
   */
  advance(offset: bigint, first = offset): { readonly from: bigint; readonly gone: number } {
    this.#origin ??= first;
    const from = this.#next ?? first;
    this.#next = offset + 1n;
    const gone = (this.#goneBefore < first ? this.#goneBefore : first) - from;
    return { from, gone: gone > 0n ? Number(gone) : 0 };
  }

  /**
   * Messages were taken, or known already, up to and including `last`.
   *
   * @param high the offset that the partition's next message will get
   */
  markConsumed(last: FetchedMessage, high: bigint, now: number): void {
    const next = BigInt(last.offset) + 1n;
    this.#position = { next, fingerprint: fingerprintOfFetched(last) };
    this.#next = next;
    this.#lookingBack = false;
    this.#resumeAt = next;
    this.#extendTrust(now, high > next ? TRUSTED_WITH_MORE_MS : TRUSTED_MS);
  }

  /**
   * A fetch showed all up to `offset`, and what was for a reader was taken.
   *
   * @param high the offset that the partition's next message will get
   */
  sawUpTo(offset: bigint, high: bigint, now: number): void {
    this.#emptyTo = offset;
    this.#resumeAt = offset;
    this.#extendTrust(now, high > offset ? TRUSTED_WITH_MORE_MS : TRUSTED_MS);
  }

  #distrust(): void {
    this.#resumeAt = undefined;
    this.#trustedUntil = Number.NEGATIVE_INFINITY;
  }

  #extendTrust(now: number, ms: number): void {
    this.#lookedAt = now;
    this.#trustedUntil = now + ms;
  }
}

/** When Kafka received a message, ms since 1970; NaN if unknown. */
export function receivedMsOf({ timestamp }: FetchedMessage): number {
  const ms = Number(timestamp);
  return ms > 0 ? ms : Number.NaN;
}

/** Empty for a batch that could not be unpacked: with other limits it can be. */
function fingerprintOfFetched(message: FetchedMessage): string {
  if (message.refused) return '';
  return fingerprintOf({ timestamp: receivedMsOf(message), key: message.key, value: message.value });
}
