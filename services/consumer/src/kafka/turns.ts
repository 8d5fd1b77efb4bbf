import type { KafkaMark, KafkaPositions, Turn } from '@lvra/ledger';
import type { Logger } from '@lvra/telemetry';
import type { Admin, Consumer } from 'kafkajs';
import type { AlertSink } from '../sources/source.js';
import { offsetSpans } from './group/places.js';
import type { PartitionReader } from './partition/partition-reader.js';
import { withHeartbeat } from './with-heartbeat.js';

export interface KafkaTurnsOptions {
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly groupId: string;
  readonly positions: KafkaPositions;
  readonly sink: AlertSink;
  readonly log: Logger;
}

/** What must continue during a change of position, and what makes it needless. */
export interface Meanwhile {
  heartbeat(): Promise<void>;
  /** Whether another member reads the partition by now, or reading has restarted at the ledger's position. */
  over(): boolean;
}

/** Moves the position of a partition: in the ledger, and in the group. */
export class KafkaTurns {
  readonly #options: KafkaTurnsOptions;

  constructor(options: KafkaTurnsOptions) {
    this.#options = options;
  }

  /** Continues after what another consumer of the group has read. @returns false if the ledger has moved meanwhile */
  behindOthers(reader: PartitionReader, after: bigint, fingerprint: string): boolean {
    const { groupId, log } = this.#options;
    const { topic, partition, position } = reader;
    if (!position || !this.#turn(reader, { before: position.next, after, reason: 'read_by_others' }, fingerprint)) {
      return false;
    }
    log.warn(
      { topic, partition },
      `another consumer of the group ${groupId} has read ${topic}[${partition}] from offset ${position.next} to ${after - 1n}; continuing after it`,
    );
    return true;
  }

  /** Continues after the newest message that a topic which has lost its end still holds. @returns as `behindOthers` */
  behindTail(reader: PartitionReader, { offset, fingerprint }: KafkaMark): boolean {
    const { topic, partition } = reader;
    const [before, after] = [this.#options.positions.position(this.#of(reader))?.next, offset + 1n];
    if (before === undefined || before <= after) return false;
    if (!this.#turn(reader, { before, after, reason: 'tail_lost' }, fingerprint)) return false;
    this.#options.log.error(
      { topic, partition },
      `${topic}[${partition}] has lost its end in Kafka: offsets ${after} to ${before - 1n} were read, and are others ` +
        'now or absent; continuing after the newest that is the same, without alerts that were read before',
    );
    return true;
  }

  /** Starts a topic that was deleted and created again. @returns false if it was over before */
  async toTheBeginning(reader: PartitionReader, { heartbeat, over }: Meanwhile): Promise<boolean> {
    const { consumer, sink, admin, positions, log } = this.#options;
    const { topic, partition } = reader;
    // What was read of the old topic must be in the ledger before its positions are forgotten.
    await withHeartbeat(sink.flush(), heartbeat);
    const low = (await offsetSpans(admin, topic)).get(partition)?.low;
    if (low === undefined || over()) return false;
    // The group's offset is also of the old topic, and would be used once the ledger has none.
    const beginning = { topic, partition, offset: low.toString(), metadata: positions.mark };
    await withHeartbeat(consumer.commitOffsets([beginning]), heartbeat);
    if (over()) return false;
    log.warn(
      { topic, partition },
      `${topic}[${partition}] does not hold what was read of it: the topic was deleted and created again; reading it from the beginning`,
    );
    const before = positions.position(this.#of(reader))?.next;
    if (before !== undefined) this.#turn(reader, { before, after: low, reason: 'replaced' });
    return true;
  }

  #turn(reader: PartitionReader, turn: Omit<Turn, 'at'>, fingerprint?: string): boolean {
    return this.#options.positions.turn(this.#of(reader), { ...turn, at: Date.now() }, fingerprint);
  }

  #of({ topic, partition }: PartitionReader) {
    return { groupId: this.#options.groupId, topic, partition };
  }
}
