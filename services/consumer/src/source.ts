import type { Envelope } from '@lvra/shared/alerts/envelope';
import type { AlertRejected } from '@lvra/shared/errors';
import type { OffsetRange } from '@lvra/shared/ledger/batches';
import type { AlertFormat } from './format.js';
import type { KnownAlerts } from './known-alerts.js';

/** Where a message stands in Kafka. */
export interface MessageOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Where it stands for a whole batch of Kafka that could not be unpacked: the batch's first offset, `offset` its last. */
  readonly first?: bigint;
  /** Where reading stood before this message: its own offset, or less where Kafka holds nothing in between. */
  readonly from: bigint;
  /** How many messages between `from` and this one Kafka's retention has removed. */
  readonly gone?: number;
  readonly key: Buffer | null;
}

/** One message as it came in: bytes that nobody has looked at yet. */
export interface RawMessage {
  readonly bytes: Buffer;
  /** When Kafka received it, ms since 1970; NaN where unknown. */
  readonly receivedMs: number;
  /** Alerts that are in batches already and may come again: Kafka has lost the end of a topic, and this may be before it. */
  readonly readBefore?: KnownAlerts;
  /** Missing where it did not come from Kafka just now. */
  readonly origin?: MessageOrigin;
  /** What a source found that had to read the message to see where it ends; nobody reads it again then. */
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
   * @returns a promise only where the next one must wait until it is settled
   */
  add(message: RawMessage): Promise<void> | undefined;
  /** Closes the open batch; settles once everything that was added by now is registered. */
  flush(): Promise<void>;
}

/** Where alerts come from. */
export interface AlertSource {
  /** How its messages are read; as a Lasair filter's unless told. */
  readonly format?: AlertFormat;
  readonly name: 'kafka' | 'replay' | 'simulate' | 'quarantine' | 'none';
  /** Brings alerts until there are no more or `signal` is aborted, and then flushes what it brought. */
  run(sink: AlertSink, signal: AbortSignal): Promise<void>;
  /** Why it brings nothing now; undefined while it can. */
  notReady?(): string | undefined;
  /** Whether it brings nothing yet because of something that is over by itself within a minute or two. */
  isHeldUp?(): boolean;
  /** Told of every batch that is registered. */
  onBatchRegistered?(batch: RegisteredBatch): void;
  /** Told that other consumers registered some of its messages first: it must go on where the ledger stands. */
  onOffsetsTaken?(): void;
}
