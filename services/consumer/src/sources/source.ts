import type { Envelope } from '@lvra/alerts';
import type { AlertRejected } from '@lvra/core';
import type { OffsetRange } from '@lvra/ledger';
import type { AlertFormat } from '../formats/format.js';
import type { KnownAlerts } from '../kafka/partition/known-alerts.js';

/** A message's place in Kafka. */
export interface MessageOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** For a whole Kafka batch that could not be unpacked: its first offset; `offset` is its last. */
  readonly first?: bigint;
  /** The position before this message: its own offset, or less if Kafka holds nothing in between. */
  readonly from: bigint;
  /** How many messages between `from` and this one Kafka's retention has removed. */
  readonly gone?: number;
  readonly key: Buffer | null;
}

/** One message as received, not parsed yet. */
export interface RawMessage {
  readonly bytes: Buffer;
  /** When Kafka received it, ms since 1970; NaN if unknown. */
  readonly receivedMs: number;
  /** Alerts in batches that Kafka may send again, after it has lost the end of a topic. */
  readonly readBefore?: KnownAlerts;
  /** Absent if it did not come from Kafka now. */
  readonly origin?: MessageOrigin;
  /** The envelope, if the source already parsed the message. */
  readonly envelope?: Envelope | AlertRejected;
}

/** A batch that is on disk and in the ledger. */
export interface RegisteredBatch {
  readonly stem: string;
  /** Good ones and quarantined ones, as they were added. */
  readonly messages: readonly RawMessage[];
  readonly ranges: readonly OffsetRange[];
}

/** Takes messages and makes batches of them. */
export interface AlertSink {
  /**
   * Takes a message.
   *
   * @returns a promise only if the next one must wait until it is settled
   */
  add(message: RawMessage): Promise<void> | undefined;
  /** Settles once everything that was added by now is registered, and the ledger's positions are final. */
  flush(): Promise<void>;
}

/** Where alerts come from. */
export interface AlertSource {
  /** How its messages are read; as a Lasair filter's by default. */
  readonly format?: AlertFormat;
  readonly name: 'kafka' | 'replay' | 'simulate' | 'quarantine' | 'none';
  /** Sends alerts to the sink until there are no more or `signal` is aborted. */
  run(sink: AlertSink, signal: AbortSignal): Promise<void>;
  /** Why it has no alerts now; undefined while it can have some. */
  notReady?(): string | undefined;
  /** Whether it is waiting for something that ends by itself within a minute or two. */
  isHeldUp?(): boolean;
  /** Called for every registered batch. */
  onBatchRegistered?(batch: RegisteredBatch): void | Promise<void>;
  /** Tells it to resume at the ledger's positions, because other consumers registered some of its messages first. */
  restart?(): void;
}
