import type { Route } from '@lvra/core';
import type { BusDepth } from '@lvra/telemetry';

/** A message holds a name, a count and times, never data: data is on the volume, state in the ledger. */
export interface StemMessage {
  readonly stem: string;
  /** Missing on lvra.alerts.*, which speaks to every VRA. */
  readonly vra?: string;
  /** Alerts, rows, scores or annotations, as the announcing stage counts. */
  readonly count: number;
  /** The file to read, below the data root; missing if the data is in the ledger. */
  readonly path?: string;
  /** When it was announced, ms since 1970. */
  readonly at: number;
}

/** A message that this stage works on. It is redelivered, here or to another replica, until it is acknowledged. */
export interface Delivery {
  readonly subject: string;
  ack(): void;
  /** Has it redelivered at once, instead of after a timeout. */
  nak(): void;
  /** Reports progress, so that it is not delivered to another replica. */
  working(): void;
}

/** This replica's subscription to a stage's durable consumer. */
export interface Subscription {
  /**
   * Waits for the next message.
   *
   * @returns undefined after `waitMs` without one, or once `signal` is aborted
   */
  next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined>;
  close(): Promise<void>;
}

/**
 * How a stage learns quickly that there is work. It may lose everything: the sweep finds what is pending.
 * It may deliver twice: the ledger knows what is done.
 */
export interface Bus {
  publish(subject: string, message: StemMessage): Promise<void>;
  subscribe(route: Route): Promise<Subscription>;
  /** What is wrong with the bus; undefined while it works. Meanwhile the stages sweep. */
  problem(): string | undefined;
  /** @returns undefined if there is no server, or it cannot be asked now */
  depth(): Promise<BusDepth | undefined>;
  close(): Promise<void>;
}
