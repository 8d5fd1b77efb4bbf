import { backoffMs, sleep } from '@lvra/core';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { AlertFormat, MissingSchema } from '../formats/format.js';

/** What is paused and resumed: the consumer of kafkajs. */
interface Pausable {
  pause(topics: { topic: string; partitions: number[] }[]): void;
  resume(topics: { topic: string; partitions: number[] }[]): void;
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface WaitingPartitionsOptions {
  readonly consumer: Pausable;
  readonly format: AlertFormat;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Called with a partition just before it resumes. */
  readonly onResume: (partition: TopicPartition) => void;
}

const BACKOFF = { firstMs: 1_000, longestMs: 30_000 };

/**
 * The partitions that are paused because their next message needs a schema that is not known yet. The others continue;
 * nothing is skipped.
 */
export class WaitingPartitions {
  readonly #options: WaitingPartitionsOptions;
  /** By schema id. */
  readonly #waiting = new Map<number, TopicPartition[]>();
  #stop = new AbortController();

  constructor(options: WaitingPartitionsOptions) {
    this.#options = options;
  }

  /** Pauses the partition if this message of it cannot be read yet. @returns whether it did */
  holds({ topic, partition }: TopicPartition, message: Buffer): boolean {
    const missing = this.#options.format.missing?.(message);
    if (!missing) return false;
    this.#options.consumer.pause([{ topic, partitions: [partition] }]);
    const others = this.#waiting.get(missing.id);
    if (others) others.push({ topic, partition });
    else {
      this.#waiting.set(missing.id, [{ topic, partition }]);
      void this.#await(missing, this.#stop.signal);
    }
    this.#show();
    this.#options.log.warn(
      { topic, partition, id: missing.id },
      `${topic}[${partition}] waits for schema ${missing.id}`,
    );
    return true;
  }

  /** Resumes all partitions: their next reader finds out again. */
  release(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    for (const id of [...this.#waiting.keys()]) this.#resume(id);
  }

  async #await(missing: MissingSchema, signal: AbortSignal): Promise<void> {
    for (let looks = 1; !signal.aborted; looks++) {
      const settled = await missing.look();
      if (signal.aborted) return;
      if (settled) return this.#resume(missing.id);
      await sleep(backoffMs(BACKOFF, looks), signal);
    }
  }

  #resume(id: number): void {
    const { consumer, onResume } = this.#options;
    for (const { topic, partition } of this.#waiting.get(id) ?? []) {
      onResume({ topic, partition });
      consumer.resume([{ topic, partitions: [partition] }]);
    }
    this.#waiting.delete(id);
    this.#show();
  }

  #show(): void {
    const count = [...this.#waiting.values()].reduce((sum, partitions) => sum + partitions.length, 0);
    this.#options.metrics.consumer.waitingPartitions.set(count);
  }
}
