import type { Metrics } from '@lvra/shared/observe/metrics';
import type { Admin } from 'kafkajs';
import { strayPartitions } from './group-members.js';

export interface GroupWatchOptions {
  readonly admin: Admin;
  readonly groupId: string;
  /** With the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
  readonly mark: string;
  readonly metrics: Metrics;
}

/** Sees to it that every partition of our topics is read by a consumer of this data folder. */
export class GroupWatch {
  readonly #options: GroupWatchOptions;
  /** Looks in a row that found stray partitions. */
  #looks = 0;
  #trouble: string | undefined;

  constructor(options: GroupWatchOptions) {
    this.#options = options;
  }

  /** Partitions that others have; undefined while all are ours. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Looks once. What is found twice in a row counts: a new partition has no reader at first. */
  async look(): Promise<void> {
    const { admin, groupId, topics, mark, metrics } = this.#options;
    const stray = await strayPartitions(admin, groupId, topics, mark);
    if (!stray) return;
    this.#looks = stray.count > 0 ? this.#looks + 1 : 0;
    const isTrouble = this.#looks > 1;
    metrics.consumer.kafkaStray.set(isTrouble ? stray.count : 0);
    this.#trouble = isTrouble ? stray.report : undefined;
  }

  /** The group is left: others may see to it. */
  end(): void {
    this.#options.metrics.consumer.kafkaStray.set(0);
  }
}
