import type { KafkaMark, KafkaPositions, Turn } from '@lvra/ledger';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { Admin, Consumer } from 'kafkajs';
import { offsetSpans } from './group/places.js';
import type { PartitionReader } from './partition/partition-reader.js';
import type { OffsetSpan } from './partition/topic-partition.js';
import { type Heartbeat, withHeartbeat } from './with-heartbeat.js';

export interface KafkaTurnsOptions {
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly groupId: string;
  readonly positions: KafkaPositions;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What must continue during a change of position, and what makes it needless. */
export interface Meanwhile {
  readonly heartbeat: Heartbeat;
  /** Whether another member reads the partition by now, or reading has restarted at the ledger's position. */
  over(): boolean;
}

/** Moves the position of a partition: in the ledger, and in the group. */
export class KafkaTurns {
  readonly #options: KafkaTurnsOptions;

  constructor(options: KafkaTurnsOptions) {
    this.#options = options;
  }

  /** Continues after what another consumer of the group has read, if the ledger is still where the reader is. */
  async behindOthers(reader: PartitionReader, after: bigint, fingerprint: string): Promise<void> {
    const { groupId, log } = this.#options;
    const { topic, partition, position } = reader;
    if (!position) return;
    if (!(await this.#turn(reader, { before: position.next, after, reason: 'read_by_others' }, fingerprint))) return;
    log.warn(
      { topic, partition },
      `another consumer of the group ${groupId} has read ${topic}[${partition}] from offset ${position.next} to ${after - 1n}; continuing after it`,
    );
  }

  /** Continues after the newest message that a topic which has lost its end still holds. */
  async behindTail(reader: PartitionReader, { offset, fingerprint }: KafkaMark): Promise<void> {
    const { topic, partition } = reader;
    const [before, after] = [(await this.#options.positions.position(this.#of(reader)))?.next, offset + 1n];
    if (before === undefined || before <= after) return;
    if (!(await this.#turn(reader, { before, after, reason: 'tail_lost' }, fingerprint))) return;
    this.#options.log.error(
      { topic, partition },
      `${topic}[${partition}] has lost its end in Kafka: offsets ${after} to ${before - 1n} were read, and are others ` +
        'now or absent; continuing after the newest that is the same, without alerts that were read before',
    );
  }

  /** Starts a topic that was deleted and created again, all of whose old messages that were read are registered. */
  async toTheBeginning(reader: PartitionReader, { heartbeat, over }: Meanwhile): Promise<void> {
    const { consumer, admin, positions, log } = this.#options;
    const { topic, partition } = reader;
    const low = (await offsetSpans(admin, topic)).get(partition)?.low;
    if (low === undefined || over()) return;
    // The group's offset is also of the old topic, and would be used once the ledger has none.
    const beginning = { topic, partition, offset: low.toString(), metadata: positions.mark };
    await withHeartbeat(consumer.commitOffsets([beginning]), heartbeat);
    if (over()) return;
    log.warn(
      { topic, partition },
      `${topic}[${partition}] does not hold what was read of it: the topic was deleted and created again; reading it from the beginning`,
    );
    const before = (await positions.position(this.#of(reader)))?.next;
    if (before !== undefined) await this.#turn(reader, { before, after: low, reason: 'replaced' });
  }

  /** What retention removed beyond the position was never read. */
  reportGone({ topic, partition, position }: PartitionReader, { low }: OffsetSpan): void {
    if (!position || low <= position.next) return;
    const lost = low - position.next;
    this.#options.metrics.consumer.kafkaGone.inc(Number(lost));
    this.#options.log.error(
      { topic, partition },
      `${lost} messages of ${topic}[${partition}] are gone: Kafka's retention removed them before they were read`,
    );
  }

  async #turn(reader: PartitionReader, turn: Omit<Turn, 'at'>, fingerprint?: string): Promise<boolean> {
    return this.#options.positions.turn(this.#of(reader), { ...turn, at: Date.now() }, fingerprint);
  }

  #of({ topic, partition }: PartitionReader) {
    return { groupId: this.#options.groupId, topic, partition };
  }
}
