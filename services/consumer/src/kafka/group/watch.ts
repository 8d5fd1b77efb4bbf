import type { Metrics } from '@lvra/telemetry';
import type { Admin } from 'kafkajs';
import { strayPartitions } from './members.js';

export interface GroupWatchOptions {
  readonly admin: Admin;
  readonly groupId: string;
  /** With the number of their partitions. */
  readonly topics: ReadonlyMap<string, number>;
  readonly mark: string;
  readonly metrics: Metrics;
}

/** Checks that every partition of our topics is read by a consumer of this data folder. */
export class GroupWatch {
  readonly #options: GroupWatchOptions;
  /** Consecutive checks that found stray partitions. */
  #checks = 0;
  #problem: string | undefined;

  constructor(options: GroupWatchOptions) {
    this.#options = options;
  }

  /** Partitions that others have; undefined while all are ours. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Checks once. Only what is found twice in a row counts: a new partition has no reader at first. */
  async check(): Promise<void> {
    const { admin, groupId, topics, mark, metrics } = this.#options;
    const stray = await strayPartitions(admin, groupId, topics, mark);
    if (!stray) return;
    this.#checks = stray.count > 0 ? this.#checks + 1 : 0;
    const isProblem = this.#checks > 1;
    metrics.consumer.kafkaStray.set(isProblem ? stray.count : 0);
    this.#problem = isProblem ? stray.report : undefined;
  }

  /** The group is left: its other members check. */
  end(): void {
    this.#options.metrics.consumer.kafkaStray.set(0);
  }
}
