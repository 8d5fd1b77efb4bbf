import { messageOf, sleep } from '@lvra/core';
import { freeBytesOf } from '@lvra/store';
import type { Logger, Metrics } from '@lvra/telemetry';

export interface DiskRoomOptions {
  /** A folder on the volume to watch. */
  readonly folder: string;
  /** With less than this free nothing more is read; reading resumes with a quarter more. */
  readonly leastFreeBytes: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** How many bytes an ordinary user may still write; asks the volume by default. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly checkEveryMs?: number;
}

/** A volume that fills at 250 MB/s loses a second's worth between two checks. */
const CHECK_EVERY_MS = 1_000;
/** A volume right at the limit must not switch reading on and off. */
const RESUME_FACTOR = 1.25;
const MIB = 1024 ** 2;

/**
 * Pauses the source before the volume is full: what was read can still be written, and the stages, the ledger and NATS
 * have space to process it.
 */
export class DiskSpaceMonitor {
  readonly #options: DiskRoomOptions;
  readonly #freeBytes: (folder: string) => Promise<number>;
  #problem: string | undefined;
  #isShort = false;
  #pause: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
    this.#freeBytes = options.freeBytes ?? freeBytesOf;
  }

  /** Why nothing is read now; undefined while there is space. */
  problem(): string | undefined {
    return this.#problem;
  }

  /** Settles once there is space again or watching ends; undefined while there is space. */
  wait(): Promise<void> | undefined {
    return this.#pause?.over;
  }

  /** Watches until `signal` is aborted. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    const { checkEveryMs = CHECK_EVERY_MS } = this.#options;
    while (!signal.aborted) {
      await this.check();
      await sleep(checkEveryMs, signal);
    }
    this.#goOn();
  }

  /** Checks once. Never rejects: a volume that cannot be asked counts as full. */
  async check(): Promise<void> {
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
      this.#hold(`cannot read how much of the volume of ${folder} is free: ${messageOf(error)}`);
    }
  }

  #hold(problem: string): void {
    this.#problem = problem;
    if (this.#pause) return;
    const { log, metrics } = this.#options;
    log.error(`${problem}; what was read is still written`);
    metrics.consumer.consumerPaused.set(1);
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pause = { over, end };
  }

  #goOn(): void {
    this.#problem = undefined;
    this.#options.metrics.consumer.consumerPaused.set(0);
    if (!this.#pause) return;
    this.#options.log.info('reading resumes: the volume has free space again, or the consumer stops');
    this.#pause.end();
    this.#pause = undefined;
  }
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
