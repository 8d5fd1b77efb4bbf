import { messageOf, StageMisconfigured, type StagePaused, type StatusCode } from '@lvra/core';
import { LONGEST_BACKOFF_MS, type WorkQueue } from '@lvra/ledger';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { DataFolder } from '../folder/data-folder.js';
import { isStorageUnavailable, probe, storageErrorMessage } from './storage-errors.js';
import type { StageTask } from './task.js';

export interface ReadinessOptions {
  readonly task: StageTask;
  readonly work: WorkQueue;
  readonly folder: DataFolder;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  /** How soon to try again to get ready, ms. */
  readonly retryIntervalMs: number;
}

/** How soon to check again whether a pause has ended. */
const LOOK_AT_PAUSE_MS = 5_000;

/** How soon to check again whether the disk takes writes. */
const LOOK_AT_DISK_MS = 5_000;

/** Whether a stage can work now, by its own checks and by the ledger, in which another replica may have paused it. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #reason: string | undefined = 'starting';
  /** On the clock of `performance.now()`. */
  #notReadyUntil = 0;
  #notReadyStatus: StatusCode | undefined;
  /** The last storage error, until a probe succeeds. */
  #storageError: unknown;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Why the stage cannot work; undefined while it can. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /**
   * Gets the stage ready.
   *
   * @returns 0 when it can work, else after how long to ask again, ms
   * @throws if the ledger is damaged or was replaced
   */
  async check(): Promise<number> {
    const notReadyMs = this.#notReadyUntil - performance.now();
    if (notReadyMs > 0 && this.#notReadyStatus === undefined) return notReadyMs;
    try {
      if (notReadyMs > 0) {
        await this.#markWaiting();
        return notReadyMs;
      }
      await this.#options.folder.assertInPlace();
      if (this.#storageError !== undefined) {
        await probe(this.#options.work, this.#storageError, this.#options.folder.paths.root);
      }
      this.#storageError = undefined;
      return await this.#checkTask();
    } catch (error) {
      if (!isStorageUnavailable(error)) throw error;
      this.onStorageError(error);
      return this.#waitMs();
    }
  }

  async #checkTask(): Promise<number> {
    const { task, work } = this.#options;
    const now = Date.now();
    const pause = await work.paused(now);
    if (pause) {
      this.#set(pauseMessage(pause));
      return Math.min(pause.until - now, LOOK_AT_PAUSE_MS);
    }
    try {
      await task.prepare?.();
    } catch (error) {
      if (isStorageUnavailable(error)) throw error;
      await this.markNotReady(error);
      return this.#options.retryIntervalMs;
    }
    this.#set(undefined);
    return 0;
  }

  /** The stage cannot work for a while; if an operator must act, every waiting stem shows it. */
  async markNotReady(error: unknown): Promise<void> {
    this.#notReadyUntil = performance.now() + this.#options.retryIntervalMs;
    this.#notReadyStatus = error instanceof StageMisconfigured ? error.status : undefined;
    await this.#markWaiting();
    this.#set(messageOf(error));
  }

  /** The disk or the ledger takes no writes; the stage waits until a probe succeeds. */
  onStorageError(error: unknown): void {
    this.#storageError = error;
    this.#notReadyUntil = performance.now() + this.#waitMs();
    this.#notReadyStatus = undefined;
    this.#set(storageErrorMessage(error));
  }

  #waitMs(): number {
    return Math.min(this.#options.retryIntervalMs, LOOK_AT_DISK_MS);
  }

  async #markWaiting(): Promise<void> {
    const { work, leaseMs } = this.#options;
    if (this.#notReadyStatus !== undefined) await work.setStatusOfPending(this.#notReadyStatus, Date.now(), leaseMs);
  }

  /** Pauses the stage in every replica, for an hour at most; Lasair may ask again then. */
  async pause({ delayMs, message }: StagePaused): Promise<void> {
    const { work } = this.#options;
    const wait = { now: Date.now(), ms: Math.min(delayMs, LONGEST_BACKOFF_MS) };
    await work.pause(wait, message);
    this.#set(pauseMessage({ until: Math.round(wait.now + wait.ms), reason: message }));
  }

  #set(reason: string | undefined): void {
    const { task, log, metrics } = this.#options;
    const { stage, vra } = task;
    metrics.ready.set({ stage, vra }, reason === undefined ? 1 : 0);
    if (reason === this.#reason) return;
    if (reason === undefined) log.info({ stage, vra }, `${stage} of ${vra} is ready`);
    else log.error({ stage, vra }, `${stage} of ${vra} does not work: ${reason}`);
    this.#reason = reason;
  }
}

function pauseMessage({ until, reason }: { until: number; reason: string }): string {
  return `paused until ${new Date(until).toISOString()}: ${reason}`;
}
