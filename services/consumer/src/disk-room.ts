import { messageOf } from '@lvra/shared/errors';
import { freeBytesOf } from '@lvra/shared/free-bytes';
import type { Logger } from '@lvra/shared/observe/log';
import type { Metrics } from '@lvra/shared/observe/metrics';
import { sleep } from '@lvra/shared/sleep';

export interface DiskRoomOptions {
  /** On the volume that is watched. */
  readonly folder: string;
  /** With less than this free nothing more is read; with a quarter more it goes on. */
  readonly leastFreeBytes: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** How many bytes an ordinary user may still write; the volume is asked unless told. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly lookEveryMs?: number;
}

/** A volume that fills at 250 MB/s loses this second's worth between two looks. */
const LOOK_EVERY_MS = 1_000;
/** A volume that stands just at the limit must not switch reading on and off. */
const RESUME_FACTOR = 1.25;
const MIB = 1024 ** 2;

/**
 * Holds up the source while the volume is nearly full, before it is full: what was read by then can still be written,
 * and the stages, the ledger and NATS find room for what is already there.
 */
export class DiskSpaceMonitor {
  readonly #options: DiskRoomOptions;
  readonly #freeBytes: (folder: string) => Promise<number>;
  #trouble: string | undefined;
  #isShort = false;
  #pause: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
    this.#freeBytes = options.freeBytes ?? freeBytesOf;
  }

  /** Why nothing is read now; undefined while there is room. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  /** Settles once there is room again, or nobody watches any more; undefined while there is. */
  wait(): Promise<void> | undefined {
    return this.#pause?.over;
  }

  /** Watches until `signal` is aborted. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    const { lookEveryMs = LOOK_EVERY_MS } = this.#options;
    while (!signal.aborted) {
      await this.look();
      await sleep(lookEveryMs, signal);
    }
    this.#goOn();
  }

  /** Looks once. Never rejects: a volume that does not answer is one without room. */
  async look(): Promise<void> {
    const { folder, leastFreeBytes } = this.#options;
    try {
      const free = await this.#freeBytes(folder);
      this.#isShort = free < leastFreeBytes * (this.#isShort ? RESUME_FACTOR : 1);
      if (this.#isShort) {
        this.#hold(
          `the volume of ${folder} is nearly full: ${inMib(free)} are free, and nothing more is read below ` +
            `${inMib(leastFreeBytes)} (least_free_bytes); make room for ${inMib(leastFreeBytes * RESUME_FACTOR)}`,
        );
      } else this.#goOn();
    } catch (error) {
      this.#hold(`the volume of ${folder} does not say how much is free: ${messageOf(error)}`);
    }
  }

  #hold(trouble: string): void {
    this.#trouble = trouble;
    if (this.#pause) return;
    const { log, metrics } = this.#options;
    log.error(`${trouble}; what was read is still written`);
    metrics.consumer.consumerPaused.set(1);
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause = { over, end };
  }

  #goOn(): void {
    this.#trouble = undefined;
    this.#options.metrics.consumer.consumerPaused.set(0);
    if (!this.#pause) return;
    this.#options.log.info('reading goes on: the volume has room again, or the consumer stops');
    this.#pause.end();
    this.#pause = undefined;
  }
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
