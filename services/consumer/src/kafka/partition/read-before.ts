import type { KafkaPositions } from '@lvra/ledger';
import type { Logger } from '@lvra/telemetry';
import { withHeartbeat } from '../with-heartbeat.js';
import { KnownAlerts } from './known-alerts.js';
import { keyOf, type TopicPartition } from './topic-partition.js';

export interface ReadBeforeOptions {
  readonly groupId: string;
  readonly positions: KafkaPositions;
  /** Where a stem's batch file is. */
  readonly batchFile: (stem: string) => Promise<string>;
  readonly log: Logger;
}

/** Partitions that have lost their end, since the last start of reading: up to an offset they may send again what is in batches. */
export class ReadBefore {
  readonly #options: ReadBeforeOptions;
  readonly #partitions = new Map<string, { readonly upTo: bigint; readonly known: KnownAlerts }>();

  constructor(options: ReadBeforeOptions) {
    this.#options = options;
  }

  /** Reading of a partition starts at `next`. */
  async begin({ topic, partition }: TopicPartition, next: bigint): Promise<void> {
    const { positions, groupId, ...ofFiles } = this.#options;
    const before = await positions.readBefore({ groupId, topic, partition }, next);
    if (!before) return;
    const known = new KnownAlerts({ ranges: before.ranges, ...ofFiles });
    this.#partitions.set(keyOf({ topic, partition }), { upTo: before.upTo, known });
  }

  /** The alerts in batches that may be among these messages; undefined if none can be. */
  async among(
    of: TopicPartition,
    messages: readonly { readonly offset: string }[],
    heartbeat: () => Promise<void>,
  ): Promise<KnownAlerts | undefined> {
    const before = this.#partitions.get(keyOf(of));
    const [first, last] = [messages[0], messages.at(-1)];
    if (!before || !first || !last) return undefined;
    if (BigInt(first.offset) >= before.upTo) {
      this.#partitions.delete(keyOf(of));
      return undefined;
    }
    await withHeartbeat(before.known.read(BigInt(first.offset), BigInt(last.offset) + 1n), heartbeat);
    return before.known;
  }
}
