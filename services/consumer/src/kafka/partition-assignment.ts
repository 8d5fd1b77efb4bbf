import type { KafkaPosition, OffsetRange } from '@lvra/ledger';
import type { Metrics } from '@lvra/telemetry';
import type { Batch, EachBatchPayload } from 'kafkajs';
import type { AlertFormat } from '../formats/format.js';
import { type GroupPlace, groupPlaces, isUnmarked, offsetSpans, readByOthersUpTo } from './group/places.js';
import { PartitionReader } from './partition/partition-reader.js';
import { ReadBefore, type ReadBeforeOptions } from './partition/read-before.js';
import { keyOf, type OffsetSpan, type TopicPartition } from './partition/topic-partition.js';
import type { FetchedMessage, RecordLimits } from './records/fetched-message.js';
import type { RecordBatch } from './records/record-batch.js';
import { messagesOf } from './records/records.js';
import { type Heartbeat, RefusedBatches, rawMessage } from './refused-batches.js';
import { WaitingPartitions } from './schema-wait.js';
import { KafkaTurns, type KafkaTurnsOptions } from './turns.js';
import { withHeartbeat } from './with-heartbeat.js';

export interface KafkaReadingsOptions extends KafkaTurnsOptions, ReadBeforeOptions {
  /** Topics that exist, with the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
  /** Commits a position to the group, in the background. */
  readonly commitPosition: (of: TopicPartition, next: bigint) => void;
  /** Called if Kafka does not return the group's offsets: nothing is read then. */
  readonly onFailure: (error: Error) => void;
  readonly metrics: Metrics;
  readonly format: AlertFormat;
  readonly limits: RecordLimits;
}

/** How often an idle partition's last message is checked: its topic may have been replaced by one as long. */
const RECHECK_MS = 300_000;
/** After a pause as long as this a topic may have been replaced. */
const LONG_PAUSE_MS = 1_000;

/** kafkajs passes this, but its types do not have it. */
interface FetchedBatch extends Omit<Batch, 'messages'> {
  readonly fetchedOffset: string;
  /** See kafkajs-fetch.ts. */
  readonly messages: readonly RecordBatch[];
}

interface Taking {
  readonly heartbeat: Heartbeat;
  readonly resolveOffset: (offset: string) => void;
  readonly over: () => boolean;
}

/**
 * The partitions assigned to this member of the group, and its position in each.
 *
 * The ledger's positions count, except if another consumer of the group has read further. When they may have moved
 * without us (a new assignment, or others were faster), what was read is registered first, because it may be gone from
 * Kafka; the ledger rejects what others registered. Then reading resumes at the ledger's positions.
 */
export class PartitionAssignment {
  readonly #options: KafkaReadingsOptions;
  #readers = new Map<string, PartitionReader>();
  /** Counts (re)starts; what was fetched before the last one is dropped. */
  #generation = 0;
  /** Settles once the ledger's positions are final after a restart; undefined from then on. */
  #settled: Promise<void> | undefined;
  #stopped = false;
  readonly #waiting: WaitingPartitions;
  readonly #turns: KafkaTurns;
  /** The group's offsets in Kafka at the last restart. */
  #places: ReadonlyMap<string, GroupPlace> = new Map();
  readonly #readBefore: ReadBefore;
  /** Partitions whose offset in Kafka must be set to the ledger's. */
  readonly #unmarked = new Set<string>();
  readonly #refused: RefusedBatches;

  constructor(options: KafkaReadingsOptions) {
    this.#options = options;
    const onResume = (partition: TopicPartition) => {
      const reader = this.#readers.get(keyOf(partition));
      if (reader) this.#recheckPrevious(reader);
    };
    this.#waiting = new WaitingPartitions({ ...options, onResume });
    this.#turns = new KafkaTurns(options);
    this.#readBefore = new ReadBefore(options);
    this.#refused = new RefusedBatches(options);
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

  #recheckPrevious(reader: PartitionReader): void {
    const offset = reader.lookBack();
    if (offset !== undefined) this.#fetchFrom(reader, offset);
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
    this.#generation += 1;
    this.#waiting.release();
    const generation = this.#generation;
    this.#settled = this.#settle(generation);
    this.#settled.catch((error: Error) => {
      if (!this.#stopped && generation === this.#generation) this.#options.onFailure(error);
    });
    this.#readers = new Map(readers.map((reader) => [keyOf(reader), reader]));
    for (const reader of readers) {
      // A guess until the positions are final, but mostly right, which saves a fetch.
      const position = this.#positionOf(reader);
      const offset = position ? position.next - 1n : reader.origin;
      if (offset !== undefined) this.#fetchFrom(reader, offset);
    }
  }

  /** Registers all that was read, and asks Kafka for the group's offsets. */
  async #settle(generation: number): Promise<void> {
    const { sink, admin, groupId, topics, positions } = this.#options;
    await sink.flush();
    const places = await groupPlaces(admin, groupId, [...topics.keys()], positions.mark);
    if (generation !== this.#generation) return;
    this.#places = places;
    this.#unmarked.clear();
    this.#readBefore.clear();
    this.#settled = undefined;
  }

  #positionOf({ topic, partition }: TopicPartition): KafkaPosition | undefined {
    const { positions, groupId } = this.#options;
    return positions.position({ groupId, topic, partition });
  }

  /** Takes what kafkajs fetched of one partition. */
  async take({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const reader = this.#readers.get(keyOf(batch));
    const generation = this.#generation;
    const over = () => this.#stopped || generation !== this.#generation || !isRunning() || isStale();
    if (!reader || over()) return;
    if (this.#settled) await withHeartbeat(this.#settled, heartbeat);
    if (over()) return;
    this.#start(reader);
    await this.#takeBatches(reader, batch as unknown as FetchedBatch, { heartbeat, resolveOffset, over });
  }

  /** Unpacks and takes the batches of a fetch one by one, so that only one is in memory. */
  async #takeBatches(reader: PartitionReader, fetch: FetchedBatch, { heartbeat, resolveOffset, over }: Taking) {
    const generation = this.#generation;
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
        const from = judged ? 0 : await this.#firstNew(reader, fetchedFrom, messages, heartbeat, over);
        if (from === undefined || over()) return;
        if (!judged) last = messages[from - 1];
        judged = true;
        const known = await this.#readBefore.among(reader, messages.slice(from), heartbeat);
        if (over()) return;
        for (const message of messages.slice(from)) {
          if (message.value && this.#waiting.holds(reader, message.value)) return;
          if (message.refused && !(await this.#refused.canSkip(reader, message, heartbeat))) return;
          if (over()) return;
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
      if (!judged && (await this.#firstNew(reader, fetchedFrom, [], heartbeat, over)) === undefined) return;
      seen = !over();
    } finally {
      if (generation === this.#generation) {
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
    heartbeat: Heartbeat,
    over: () => boolean,
  ): Promise<number | undefined> {
    let verdict = reader.judge(fetchedFrom, messages, performance.now());
    if (verdict.kind === 'ask-range') {
      const span = (await this.#spans(reader.topic)).get(reader.partition);
      if (!span || over()) return undefined;
      verdict = reader.judgeRange(span, performance.now());
      if (!reader.looksAtOthers) this.#reportLost(reader, span);
    }
    switch (verdict.kind) {
      case 'take':
        this.#mark(reader);
        return verdict.from;
      case 'fetch':
        this.#fetchFrom(reader, verdict.offset);
        return undefined;
      case 'read-by-others':
        this.#goOnBehindOthers(reader, verdict.after, verdict.fingerprint);
        return undefined;
      case 'differs':
        await this.#search(reader, heartbeat);
        return undefined;
      case 'tail-lost':
        this.#turns.behindTail(reader, verdict.newest);
        this.restart();
        return undefined;
      case 'replaced':
        await this.#readFromTheBeginning(reader, heartbeat);
        return undefined;
    }
  }

  /** Reading resumes at the ledger's position, which becomes the group's offset. */
  #mark(reader: PartitionReader): void {
    if (reader.position && this.#unmarked.delete(keyOf(reader))) {
      this.#options.commitPosition(reader, reader.position.next);
    }
  }

  #goOnBehindOthers(reader: PartitionReader, after: bigint, fingerprint: string): void {
    if (!this.#turns.behindOthers(reader, after, fingerprint)) {
      this.restart();
      return;
    }
    reader.start(this.#positionOf(reader), performance.now());
    this.#fetchFrom(reader, after - 1n);
  }

  #reportLost({ topic, partition, position }: PartitionReader, { low }: OffsetSpan): void {
    if (!position || low <= position.next) return;
    const lost = low - position.next;
    this.#options.metrics.consumer.kafkaGone.inc(Number(lost));
    this.#options.log.error(
      { topic, partition },
      `${lost} messages of ${topic}[${partition}] are gone: Kafka's retention removed them before they were read`,
    );
  }

  #start(reader: PartitionReader): void {
    if (reader.started) return;
    const { positions, groupId } = this.#options;
    const { topic, partition } = reader;
    if (reader.origin === undefined && !this.#positionOf(reader)) positions.adopt({ groupId, topic, partition });
    const position = this.#positionOf(reader);
    const place = this.#places.get(keyOf(reader));
    const known = position && place;
    reader.start(position, performance.now(), known && readByOthersUpTo(position, place));
    if (known && isUnmarked(position, place)) this.#unmarked.add(keyOf(reader));
    if (position) this.#readBefore.begin(reader, position.next);
  }

  #fetchFrom({ topic, partition }: TopicPartition, offset: bigint): void {
    this.#options.consumer.seek({ topic, partition, offset: offset.toString() });
  }

  async #readFromTheBeginning(reader: PartitionReader, heartbeat: () => Promise<void>): Promise<void> {
    const generation = this.#generation;
    const over = () => this.#stopped || generation !== this.#generation;
    if (await this.#turns.toTheBeginning(reader, { heartbeat, over })) this.restart();
  }

  /** Looks for the newest message that was read and that the topic still holds. */
  async #search(reader: PartitionReader, heartbeat: () => Promise<void>): Promise<void> {
    const { positions, groupId, sink } = this.#options;
    const { topic, partition } = reader;
    const generation = this.#generation;
    // The newest of what was read is in the ledger then.
    await withHeartbeat(sink.flush(), heartbeat);
    const span = (await this.#spans(topic)).get(partition);
    if (!span || this.#stopped || generation !== this.#generation) return;
    const marks = positions.trail({ groupId, topic, partition });
    const held = marks.filter(({ offset }) => offset >= span.low && offset < span.high);
    if (held.length === 0) return this.#readFromTheBeginning(reader, heartbeat);
    const verdict = reader.search(held);
    if (verdict.kind === 'fetch') this.#fetchFrom(reader, verdict.offset);
  }

  /** Checks what fetches do not show: the lag, and topics that were replaced by shorter ones. */
  async watch(topic: string): Promise<void> {
    if (this.#settled) return;
    const readers = [...this.#readers.values()].filter((reader) => reader.topic === topic);
    for (const reader of readers) this.#start(reader);
    const positions = readers.map(({ position }) => position);
    const generation = this.#generation;
    const spans = await this.#spans(topic);
    if (this.#stopped || generation !== this.#generation) return;
    // Of all partitions: those without a reader fall behind the furthest.
    this.#recordSeen(topic, spans);
    for (const [index, reader] of readers.entries()) {
      if (this.#stopped || generation !== this.#generation) return;
      const span = spans.get(reader.partition);
      if (!span) continue;
      this.#recordEmpty(reader);
      const position = positions[index];
      if (position && span.high < position.next && !reader.searches) {
        return this.#search(reader, () => Promise.resolve());
      }
      if (performance.now() - reader.lookedAt > RECHECK_MS) this.#recheckPrevious(reader);
    }
  }

  #spans(topic: string): Promise<Map<number, OffsetSpan>> {
    return offsetSpans(this.#options.admin, topic);
  }

  /** For `lvra verify` and the lag, which ask the ledger: a transaction always leaves its marker at the end. */
  #recordEmpty(reader: PartitionReader): void {
    const { positions, groupId } = this.#options;
    const { topic, partition, position, emptyTo } = reader;
    if (!position || emptyTo <= position.next) return;
    const known = this.#positionOf(reader);
    if (known?.next === position.next && known.readTo < emptyTo) {
      positions.recordEmpty({ groupId, topic, partition }, position.next, emptyTo);
    }
  }

  #recordSeen(topic: string, spans: ReadonlyMap<number, OffsetSpan>): void {
    const { positions, groupId, topics } = this.#options;
    const seen = [...spans].map(([partition, { low, high }]) => {
      const of = { topic, partition };
      return { partition, high, next: this.#positionOf(of)?.readTo ?? this.#places.get(keyOf(of))?.committed ?? low };
    });
    positions.seen.see(groupId, [...topics.keys()], topic, seen, Date.now());
  }
}
