import type { Metrics } from '@lvra/shared/observe/metrics';
import { keyOf, type TopicPartition } from './topic-partition.js';

/** Shows how far the ledger is behind Kafka, as long as this process looks. */
export class KafkaLag {
  readonly #metrics: Metrics;
  readonly #shown = new Map<string, TopicPartition>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** @param high the offset that the next message will get; `next` is the one to be read next */
  show({ topic, partition }: TopicPartition, high: bigint, next: bigint): void {
    this.#shown.set(keyOf({ topic, partition }), { topic, partition });
    this.#metrics.kafkaLag.set({ topic, partition }, Math.max(Number(high - next), 0));
  }

  /** Others may show it. */
  forget(): void {
    for (const { topic, partition } of this.#shown.values()) this.#metrics.kafkaLag.remove({ topic, partition });
    this.#shown.clear();
  }
}
