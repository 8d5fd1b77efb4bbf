import type { KafkaPosition, OffsetRange } from '@lvra/ledger';
import type { EachBatchPayload } from 'kafkajs';
import type { AlertFormat } from '../formats/format.js';
import type { AlertSink } from '../sources/source.js';
import type { FetchedBatch, Taking } from './fetched-batch.js';
import { type GroupPlace, isUnmarked, offsetSpans, readByOthersUpTo } from './group/places.js';
import { PartitionReader } from './partition/partition-reader.js';
import { ReadBefore, type ReadBeforeOptions } from './partition/read-before.js';
import { keyOf, type TopicPartition } from './partition/topic-partition.js';
import { KafkaProgress } from './progress.js';
import type { FetchedMessage, RecordLimits } from './records/fetched-message.js';
import { messagesOf } from './records/records.js';
import { RefusedBatches, rawMessage } from './refused-batches.js';
import { WaitingPartitions } from './schema-wait.js';
import { KafkaTurns, type KafkaTurnsOptions } from './turns.js';
import { whereToStart } from './where-to-start.js';
import { type Heartbeat, withHeartbeat } from './with-heartbeat.js';

export interface PartitionAssignmentOptions extends KafkaTurnsOptions, ReadBeforeOptions {
  readonly sink: AlertSink;
  /** Topics that exist, with the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
  /** Commits a position to the group, in the background. */
  readonly commitPosition: (of: TopicPartition, next: bigint) => void;
  /** Called if Kafka does not return the group's offsets, or the ledger its positions: nothing is read then. */
  readonly onFailure: (error: Error) => void;
  readonly format: AlertFormat;
  readonly limits: RecordLimits;
}

/** How often an idle partition's last message is checked: its topic may have been replaced by one as long. */
const RECHECK_MS = 300_000;
/** After a pause as long as this a topic may have been replaced. */
const LONG_PAUSE_MS = 1_000;

/**
 * The partitions assigned to this member of the group, and its position in each.
 *
 * The ledger's positions count, except if another consumer of the group has read further. When they may have moved
 * without us (a new assignment, others were faster, the topic is another one), what was read is registered first, because
 * it may be gone from Kafka; the ledger rejects what others registered. Then reading resumes at the ledger's positions.
 */
export class PartitionAssignment {
  readonly #options: PartitionAssignmentOptions;
  #readers = new Map<string, PartitionReader>();
  /** Counts (re)starts; what was fetched before the last one is dropped. */
  #generation = 0;
  /** Settles once every reader knows where to start; undefined from then on. */
  #starting: Promise<void> | undefined;
  #stopped = false;
  readonly #waiting: WaitingPartitions;
  readonly #turns: KafkaTurns;
  readonly #progress: KafkaProgress;
  /** The group's offsets in Kafka at the last start. */
  #places: ReadonlyMap<string, GroupPlace> = new Map();
  #readBefore: ReadBefore;
  /** Partitions whose offset in Kafka must be set to the ledger's. */
  readonly #unmarked = new Set<string>();
  readonly #refused: RefusedBatches;

  constructor(options: PartitionAssignmentOptions) {
    this.#options = options;
    const onResume = (partition: TopicPartition) => {
      const reader = this.#readers.get(keyOf(partition));
      if (reader) this.#recheckPrevious(reader);
    };
    this.#waiting = new WaitingPartitions({ ...options, onResume });
    this.#turns = new KafkaTurns(options);
    this.#readBefore = new ReadBefore(options);
    this.#refused = new RefusedBatches(options.log);
    this.#progress = new KafkaProgress(options);
  }

  /** Starts with a new assignment; kafkajs is at the group's offsets then. */
  assign(assignment: Record<string, number[]>): void {
    const readers = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => new PartitionReader(topic, partition)),
    );
    this.#begin(readers);
  }

  /** Resumes at the ledger's positions. */
  restart(): void {
    const readers = [...this.#readers.values()];
    this.#begin(readers.map(({ topic, partition, origin }) => new PartitionReader(topic, partition, origin)));
  }

  /** Takes nothing from now on. */
  stop(): void {
    this.#stopped = true;
  }

  /** No longer responsible for any partition. */
  release(): void {
    this.stop();
    this.#waiting.release();
  }

  /** The ranges of partitions that are assigned to this member. */
  filterAssigned(ranges: readonly OffsetRange[]): OffsetRange[] {
    return ranges.filter((range) => this.#readers.has(keyOf(range)));
  }

  #begin(readers: readonly PartitionReader[]): void {
    if (this.#stopped) return;
    this.#generation += 1;
    const over = this.#overLater();
    this.#waiting.release();
    this.#readers = new Map(readers.map((reader) => [keyOf(reader), reader]));
    this.#starting = this.#start(readers, over);
    this.#starting.catch((error: Error) => {
      if (!over()) this.#options.onFailure(error);
    });
  }

  /** @returns whether reading has restarted or ended since now */
  #overLater(): () => boolean {
    const generation = this.#generation;
    return () => this.#stopped || generation !== this.#generation;
  }

  /** All that was read is registered before: the ledger's positions are final then. */
  async #start(readers: readonly PartitionReader[], over: () => boolean): Promise<void> {
    await this.#options.sink.flush();
    const { places, positions, readBefore } = await whereToStart(this.#options, readers);
    if (over()) return;
    this.#places = places;
    this.#readBefore = readBefore;
    this.#unmarked.clear();
    for (const reader of readers) {
      this.#startReader(reader, positions.get(keyOf(reader)), places.get(keyOf(reader)));
    }
    this.#starting = undefined;
  }

  #startReader(reader: PartitionReader, position: KafkaPosition | undefined, place: GroupPlace | undefined): void {
    const known = position && place;
    reader.start(position, performance.now(), known && readByOthersUpTo(position, place));
    if (known && isUnmarked(position, place)) this.#unmarked.add(keyOf(reader));
    const offset = position ? position.next - 1n : reader.origin;
    if (offset !== undefined) this.#fetchFrom(reader, offset);
  }

  #fetchFrom({ topic, partition }: TopicPartition, offset: bigint): void {
    this.#options.consumer.seek({ topic, partition, offset: offset.toString() });
  }

  #recheckPrevious(reader: PartitionReader): void {
    const offset = reader.lookBack();
    if (offset !== undefined) this.#fetchFrom(reader, offset);
  }

  /** Takes what kafkajs fetched of one partition. */
  async take({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const reader = this.#readers.get(keyOf(batch));
    const isOver = this.#overLater();
    const over = () => isOver() || !isRunning() || isStale();
    if (!reader || over()) return;
    if (this.#starting !== undefined) await withHeartbeat(this.#starting, heartbeat);
    if (over()) return;
    await this.#takeBatches(reader, batch as unknown as FetchedBatch, { heartbeat, resolveOffset, over });
  }

  /** Unpacks and takes the batches of a fetch one by one, so that only one is in memory. */
  async #takeBatches(reader: PartitionReader, fetch: FetchedBatch, taking: Taking) {
    const { heartbeat, resolveOffset, over } = taking;
    const restarted = this.#overLater();
    const fetchedFrom = BigInt(fetch.fetchedOffset);
    let last: FetchedMessage | undefined;
    let judged = false;
    let paused = false;
    let seen = false;
    try {
      for (const batch of fetch.messages) {
        const unpacked = messagesOf(batch, this.#options.limits);
        const messages = unpacked.filter(({ offset }) => BigInt(offset) >= fetchedFrom);
        if (messages.length === 0) continue;
        const from = judged ? 0 : await this.#firstNew(reader, fetchedFrom, messages, taking);
        if (from === undefined || over()) return;
        if (!judged) last = messages[from - 1];
        judged = true;
        const known = await this.#readBefore.among(reader, messages.slice(from), heartbeat);
        if (over()) return;
        for (const message of messages.slice(from)) {
          if (message.value && this.#waiting.holds(reader, message.value)) return;
          if (message.refused && !this.#refused.canSkip(reader, message)) return;
          const wait = this.#options.sink.add({ ...rawMessage(reader, message), ...(known && { readBefore: known }) });
          last = message;
          if (!wait) continue;
          const begun = performance.now();
          await withHeartbeat(wait, heartbeat);
          paused ||= performance.now() - begun > LONG_PAUSE_MS;
          if (over()) return;
        }
        // Unpacking may take as long as the session timeout.
        await heartbeat();
        if (over()) return;
      }
      if (!judged && (await this.#firstNew(reader, fetchedFrom, [], taking)) === undefined) return;
      seen = !over();
    } finally {
      if (!restarted()) {
        const high = BigInt(fetch.highWatermark);
        if (last) reader.markConsumed(last, high, performance.now());
        // Behind the last message there may be markers of transactions and messages that were aborted.
        if (seen) reader.sawUpTo(BigInt(fetch.lastOffset()) + 1n, high, performance.now());
        if (seen) resolveOffset(fetch.lastOffset());
        else if (last) resolveOffset(last.offset);
        if (paused) for (const each of this.#readers.values()) this.#recheckPrevious(each);
      }
    }
  }

  /** @returns the index of the first message to take; undefined if reading continues elsewhere */
  async #firstNew(
    reader: PartitionReader,
    fetchedFrom: bigint,
    messages: readonly FetchedMessage[],
    { heartbeat, over }: Taking,
  ): Promise<number | undefined> {
    const restarted = this.#overLater();
    let verdict = reader.judge(fetchedFrom, messages, performance.now());
    if (verdict.kind === 'ask-range') {
      const span = (await offsetSpans(this.#options.admin, reader.topic)).get(reader.partition);
      if (!span || over()) return undefined;
      verdict = reader.judgeRange(span, performance.now());
      if (!reader.looksAtOthers) this.#turns.reportGone(reader, span);
    }
    switch (verdict.kind) {
      case 'take':
        this.#mark(reader);
        return verdict.from;
      case 'fetch':
        this.#fetchFrom(reader, verdict.offset);
        return undefined;
      case 'differs':
        await this.#search(reader, heartbeat);
        return undefined;
      case 'read-by-others':
        await this.#turns.behindOthers(reader, verdict.after, verdict.fingerprint);
        break;
      case 'tail-lost':
        await this.#turns.behindTail(reader, verdict.newest);
        break;
      case 'replaced':
        await this.#turns.toTheBeginning(reader, { heartbeat, over: restarted });
    }
    if (!restarted()) this.restart();
    return undefined;
  }

  /** Reading resumes at the ledger's position, which becomes the group's offset. */
  #mark(reader: PartitionReader): void {
    if (reader.position && this.#unmarked.delete(keyOf(reader))) {
      this.#options.commitPosition(reader, reader.position.next);
    }
  }

  /** Looks for the newest message that was read and that the topic still holds. */
  async #search(reader: PartitionReader, heartbeat: Heartbeat): Promise<void> {
    const { positions, groupId, admin } = this.#options;
    const { topic, partition } = reader;
    const over = this.#overLater();
    const span = (await offsetSpans(admin, topic)).get(partition);
    if (!span || over()) return;
    const marks = await positions.trail({ groupId, topic, partition });
    if (over()) return;
    // What was read must be in the ledger before its position moves, and the newest of it among the marks.
    if (reader.hasRead) return this.restart();
    const held = marks.filter(({ offset }) => offset >= span.low && offset < span.high);
    const verdict = reader.search(held);
    if (verdict.kind === 'fetch') return this.#fetchFrom(reader, verdict.offset);
    await this.#turns.toTheBeginning(reader, { heartbeat, over });
    if (!over()) this.restart();
  }

  /** Checks what fetches do not show: the lag, and topics that were replaced by shorter ones. */
  async watch(topic: string): Promise<void> {
    if (this.#starting !== undefined) return;
    const readers = [...this.#readers.values()].filter((reader) => reader.topic === topic);
    const positions = readers.map(({ position }) => position);
    const over = this.#overLater();
    const spans = await offsetSpans(this.#options.admin, topic);
    if (over()) return;
    // Of all partitions: those without a reader fall behind the furthest.
    await this.#progress.record(topic, spans, this.#places);
    for (const [index, reader] of readers.entries()) {
      if (over()) return;
      const span = spans.get(reader.partition);
      if (!span) continue;
      await this.#progress.recordEmpty(reader);
      if (over()) return;
      const position = positions[index];
      if (position && span.high < position.next && !reader.searches) return this.#search(reader, async () => {});
      if (performance.now() - reader.lookedAt > RECHECK_MS) this.#recheckPrevious(reader);
    }
  }
}
