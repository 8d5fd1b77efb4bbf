import { once } from 'node:events';
import { messageOf, sleep } from '@lvra/core';
import type { OffsetRange } from '@lvra/ledger';
import { isStorageUnavailable } from '@lvra/runtime';
import type { Consumer, Kafka } from 'kafkajs';
import { ClockJumpDetector } from './clock-jump-detector.js';
import { GroupWatch } from './group/watch.js';
import { PartitionAssignment, type PartitionAssignmentOptions } from './partition-assignment.js';
import './client/patch-offsets.js';
import { subscribedAssigner } from './group/subscribed-assigner.js';
import type { TopicPartition } from './partition/topic-partition.js';
import { HEARTBEAT_MS } from './with-heartbeat.js';

/** What the session passes to its assignment itself. */
type OfSession = 'consumer' | 'commitPosition' | 'onFailure';

export interface KafkaSessionOptions extends Omit<PartitionAssignmentOptions, OfSession> {
  readonly kafka: Kafka;
  /** Called with a problem that passes by itself, and with undefined while all is well. */
  readonly onState: (problem: string | undefined) => void;
  /** Asked now and then; if true the session ends in good order. */
  readonly topicsChanged: () => Promise<boolean>;
}

const MIB = 1024 * 1024;
/** A killed consumer's partitions go to another one after this. */
const SESSION_TIMEOUT_MS = 10_000;
/**
 * Bounds the memory of what is fetched and not yet in a batch; a single message may be larger. Each fetch costs kafkajs
 * a millisecond, and what the limit cuts off is fetched again. One partition may fill it: their order is random, so
 * none waits for long.
 */
const FETCH_BYTES = 4 * MIB;
const FETCH_WAIT_MS = 500;
const WATCH_EVERY_MS = 10_000;
/** Longer than any rebalance; a consumer of kafkajs that is silent for this long is stuck. */
const SILENCE_MS = 120_000;
/** How long the last commit and leaving the group may take; the ledger has the positions anyway. */
const DISCONNECT_WITHIN_MS = 5_000;

/** One membership in the consumer group, from joining to leaving or crashing. */
export class KafkaSession {
  readonly #options: KafkaSessionOptions;
  readonly #consumer: Consumer;
  readonly #assignment: PartitionAssignment;
  readonly #group: GroupWatch;
  readonly #stop = new AbortController();
  #failure: Error | undefined;
  #committing: Promise<void> = Promise.resolve();
  #aliveAt = performance.now();

  constructor(options: KafkaSessionOptions) {
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      partitionAssigners: [subscribedAssigner(options.admin, options.positions.mark)],
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_BYTES,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 4, restartOnFailure: () => Promise.resolve(false) },
    });
    const { admin, groupId, topics, metrics, positions } = options;
    this.#group = new GroupWatch({ admin, groupId, topics, metrics, mark: positions.mark });
    this.#assignment = new PartitionAssignment({
      ...options,
      consumer: this.#consumer,
      commitPosition: (of, next) => this.#commitPosition(of, next),
      onFailure: (error) => this.#end(error),
    });
  }

  /** Consumes until `signal` is aborted or the topics may have changed. @throws if kafkajs gives up */
  async run(signal: AbortSignal): Promise<void> {
    const { sink } = this.#options;
    const topics = [...this.#options.topics.keys()];
    const consumer = this.#consumer;
    this.#listen();
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#assignment.take(payload),
      });
      const over = AbortSignal.any([signal, this.#stop.signal]);
      void this.#watch(over);
      if (!over.aborted) await once(over, 'abort');
      if (this.#failure) throw this.#failure;
      this.#assignment.stop();
      consumer.pause(topics.map((topic) => ({ topic })));
      await sink.flush();
      await atMost(DISCONNECT_WITHIN_MS, this.#committing);
    } finally {
      this.#assignment.release();
      this.#group.end();
      await atMost(DISCONNECT_WITHIN_MS, this.#disconnect());
    }
  }

  /** Commits what is in the ledger to the group, in the background, for tools that watch the group. */
  commit(ranges: readonly OffsetRange[]): void {
    const own = this.#assignment.filterAssigned(ranges);
    if (own.length === 0) return;
    this.#committing = this.#committing.then(async () => void (await this.#commit(own)));
  }

  /** Makes the ledger's position in a partition the group's. */
  #commitPosition({ topic, partition }: TopicPartition, next: bigint): void {
    const { positions, groupId, log } = this.#options;
    this.#committing = this.#committing.then(async () => {
      if (!(await this.#commit([{ topic, partition, next }]))) return;
      // Without the mark it is committed again at the next start.
      const told = (error: unknown) => log.warn(`the group's offset is not marked in the ledger: ${messageOf(error)}`);
      await positions.recordMark({ groupId, topic, partition }).catch(told);
    });
  }

  /** @returns whether Kafka has them */
  async #commit(places: readonly (TopicPartition & { next: bigint })[]): Promise<boolean> {
    const offsets = places.map(({ topic, partition, next }) => ({
      ...{ topic, partition, offset: next.toString(), metadata: this.#options.positions.mark },
    }));
    try {
      await this.#consumer.commitOffsets(offsets);
      return true;
    } catch (error) {
      this.#options.log.warn(`offsets were not committed to the group: ${messageOf(error)}; the ledger has them`);
      return false;
    }
  }

  /** Resumes at the ledger's positions in all partitions. */
  restart(): void {
    this.#assignment.restart();
  }

  #listen(): void {
    const { log, groupId, onState, sink } = this.#options;
    const { CRASH, FETCH, FETCH_START, GROUP_JOIN, HEARTBEAT, REBALANCING } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload: { error } }) => this.#end(error));
    this.#consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.#aliveAt = performance.now();
      this.#assignment.assign(memberAssignment);
      log.info({ assignment: memberAssignment }, `joined the group ${groupId}`);
      onState(this.#group.problem);
    });
    // Registers what was read while the group rebalances: the partitions' next owner resumes there.
    this.#consumer.on(REBALANCING, () => void sink.flush());
    // A fetch that starts before the previous one ended means that it failed; kafkajs retries, and crashes in the end.
    // If a retry succeeds, the topic may be another one, with other partitions: the session must end.
    const fetching = new Set<number>();
    let failed = false;
    this.#consumer.on(FETCH_START, ({ payload: { nodeId } }) => {
      failed ||= fetching.has(nodeId);
      fetching.add(nodeId);
    });
    this.#consumer.on(FETCH, ({ payload: { nodeId } }) => {
      fetching.delete(nodeId);
      if (failed) this.#end();
    });
    this.#consumer.on(HEARTBEAT, () => {
      this.#aliveAt = performance.now();
    });
  }

  /** Ends the session: in good order, or because of a failure. */
  #end(failure?: Error): void {
    this.#failure = failure;
    this.#assignment.stop();
    this.#stop.abort();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { topics, onState, topicsChanged, log } = this.#options;
    const clock = new ClockJumpDetector();
    while (!signal.aborted) {
      try {
        for (const topic of topics.keys()) await this.#assignment.watch(topic);
        await this.#group.check();
        const changed = await topicsChanged();
        if (signal.aborted) return;
        onState(this.#group.problem);
        if (changed) this.#end();
      } catch (error) {
        if (signal.aborted) return;
        const what = isStorageUnavailable(error)
          ? 'how far Kafka is cannot be written to the ledger'
          : 'Kafka does not answer';
        onState(`${what}: ${messageOf(error)}`);
      }
      const step = clock.take();
      if (step !== undefined) {
        log.warn(`the clock was set by ${Math.round(step / 1_000)} s; rejoining the group`);
        this.#end();
      }
      if (performance.now() - this.#aliveAt > SILENCE_MS) this.#end(new Error('the Kafka client has gone silent'));
      await sleep(WATCH_EVERY_MS, signal);
    }
  }

  async #disconnect(): Promise<void> {
    try {
      await this.#consumer.disconnect();
    } catch (error) {
      this.#options.log.warn(
        `the group was not left in good order: ${messageOf(error)}; Kafka removes this member after its session timeout`,
      );
    }
  }
}

async function atMost(ms: number, wait: Promise<void>): Promise<void> {
  const settled = new AbortController();
  await Promise.race([wait.finally(() => settled.abort()), sleep(ms, settled.signal)]);
}
