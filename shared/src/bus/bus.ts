import type { BusDepth } from '../observe/bus-depth.js';
import type { Route } from '../routes.js';

/** What a message says: a name, a count and times, never data. Data is on the volume, state in the ledger. */
export interface StemMessage {
  readonly stem: string;
  /** Missing on lvra.alerts.*, which speaks to every VRA. */
  readonly vra?: string;
  /** Alerts, rows, scores or annotations, as the announcing stage counts. */
  readonly count: number;
  /** The file to read, below the data root; missing where the data is in the ledger. */
  readonly path?: string;
  /** When it was announced, ms since 1970. */
  readonly at: number;
}

/** One message in this stage's hands. Unless it is acknowledged it comes again, here or at another replica. */
export interface Delivery {
  readonly subject: string;
  ack(): void;
  /** Hands it back, so that it comes again at once and not only after a while. */
  giveBack(): void;
  /** Says that the work goes on, so that it is not delivered to somebody else. */
  working(): void;
}

/** This replica's part of a stage's durable consumer. */
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
  /** Undefined while it works, else what is wrong with it; the stages go on by sweeping. */
  trouble(): string | undefined;
  /** @returns undefined where there is no server, or none that can be asked now */
  depth(): Promise<BusDepth | undefined>;
  close(): Promise<void>;
}
