import type { Bus, Delivery, StemMessage } from '@lvra/bus';
import {
  messageOf,
  RetryLater,
  routeOf,
  STATUS,
  StageMisconfigured,
  StagePaused,
  type StatusCode,
  StemFailed,
  subjects,
} from '@lvra/core';
import {
  type Claim,
  LedgerDamaged,
  LedgerReplaced,
  LedgerUnavailable,
  LONGEST_BACKOFF_MS,
  type WorkQueue,
} from '@lvra/ledger';
import { CannotWrite } from '@lvra/store';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { DataFolder } from '../folder/data-folder.js';
import { MOST_ATTEMPTS, waitAfterAttempt } from './backoff.js';
import type { InHand } from './in-hand.js';
import type { Readiness } from './readiness.js';
import { isStale, stageWideError, storageErrorMessage } from './storage-errors.js';
import type { StageReport, StageTask } from './task.js';

/** After which another host's change of a file is seen by this one. */
const STALE_RETRY_MS = 1_000;

/** The result of a stem, as far as the loop must know. */
export type StemResult =
  /** Done, by this attempt or by another process, or not this stage's to do. */
  | { readonly kind: 'settled'; readonly attempt?: number }
  /** Another process has it, or it waits after a failure. */
  | { readonly kind: 'leased'; readonly waitMs: number }
  /** Nothing is wrong with it; it is due again after `waitMs`. */
  | { readonly kind: 'requeued'; readonly waitMs: number; readonly message: string }
  /** `waitMs` undefined: it is dead. */
  | { readonly kind: 'failed'; readonly waitMs: number | undefined; readonly message: string }
  /** The stage cannot work; the stem is as it was. */
  | { readonly kind: 'stage-unavailable' };

export interface HandlerOptions {
  readonly task: StageTask;
  readonly work: WorkQueue;
  readonly folder: DataFolder;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly inHand: InHand;
  /** Names this process in the ledger. */
  readonly owner: string;
  /** How long a claim outlives its holder, ms. */
  readonly leaseMs: number;
}

/** Does one stem: claims it, has the task do it, records the result, announces it, acknowledges. */
export class StemHandler {
  readonly #options: HandlerOptions;
  /** Stems whose claim could not be released because the ledger took no writes: their attempt does not count. */
  readonly #pendingReleases = new Set<string>();

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  /** Does a stem if it can be claimed; throws only if the ledger fails. */
  async handle(stem: string, delivery: Delivery | undefined, signal: AbortSignal): Promise<StemResult> {
    const { work, leaseMs, inHand } = this.#options;
    // Asked, not told: what an operator retries by hand may be of a backfill too, and is then announced.
    const isBackfilled = await work.isBackfilled(stem);
    const claim = await this.#claim(stem);
    if (claim.kind !== 'claimed') {
      delivery?.ack();
      return 'waitMs' in claim ? { kind: 'leased', waitMs: claim.waitMs } : { kind: 'settled' };
    }
    let isOver = false;
    const heartbeat = setInterval(() => void this.#renewLease(stem, delivery, () => isOver), leaseMs / 3);
    let outcome: StemResult;
    try {
      outcome = await inHand.hold(() => this.#attempt(stem, claim.attempt, signal, isBackfilled));
    } finally {
      isOver = true;
      clearInterval(heartbeat);
    }
    // A stem that is requeued because this replica stops goes to another one at once.
    if (outcome.kind === 'requeued' && signal.aborted) delivery?.nak();
    else delivery?.ack();
    return outcome;
  }

  /**
   * Releases the claims that could not be released before, without counting the attempts.
   *
   * @param status shown until the next attempt; unchanged by default
   */
  async retryPendingReleases(why = 'the ledger took no writes', status?: StatusCode): Promise<void> {
    for (const stem of this.#pendingReleases) {
      await this.#options.work.release(stem, this.#options.owner, { now: Date.now(), ms: 0 }, why, status);
      this.#pendingReleases.delete(stem);
    }
  }

  async #claim(stem: string): Promise<Claim> {
    const { work, owner, leaseMs } = this.#options;
    try {
      return await work.claim(stem, owner, Date.now(), leaseMs);
    } catch (error) {
      // It may have been made all the same, and only its answer been lost.
      if (error instanceof LedgerUnavailable) this.#pendingReleases.add(stem);
      throw error;
    }
  }

  /** Keeps claim and message; if the ledger is busy for too long, only the claim is lost. */
  async #renewLease(stem: string, delivery: Delivery | undefined, isOver: () => boolean): Promise<void> {
    const { work, owner, leaseMs, log } = this.#options;
    delivery?.working();
    try {
      // A stem that was finished meanwhile has no claim any more.
      if (!(await work.renew(stem, owner, Date.now(), leaseMs)) && !isOver())
        log.warn({ stem }, 'the claim is lost; another replica has the stem');
    } catch (error) {
      log.warn({ stem }, `the claim could not be renewed: ${messageOf(error)}`);
    }
  }

  async #attempt(stem: string, attempt: number, signal: AbortSignal, isBackfilled: boolean): Promise<StemResult> {
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    try {
      if (attempt > MOST_ATTEMPTS) {
        throw new StemFailed(
          STATUS.generic,
          `${attempt - 1} attempts ended without a result or an error; the process may have been killed by this stem`,
        );
      }
      const report = await this.#options.task.perform(stem, { signal, attempt, elapsed, isBackfilled });
      if (!report) return { kind: 'settled' };
      this.#succeeded(stem, report, elapsed(), isBackfilled);
      // The next stage finds a stem of a backfill when it has nothing else to do.
      if (!isBackfilled) await this.#announceResult(stem, report);
      for (const [other, itsReport] of report.along ?? []) {
        this.#succeeded(other, itsReport, elapsed(), false);
        await this.#announceResult(other, itsReport);
      }
      return { kind: 'settled', attempt };
    } catch (error) {
      if (error instanceof RetryLater) return this.#requeue(stem, error);
      const stageError = stageWideError(error, this.#options.folder.paths.root);
      if (stageError !== undefined) return this.#releaseAfterStorageError(stem, stageError, error);
      if (error instanceof LedgerDamaged || error instanceof LedgerReplaced) throw error;
      if (error instanceof StagePaused || error instanceof StageMisconfigured)
        return this.#stageUnavailable(stem, error);
      if (isStale(error))
        return this.#requeue(stem, new RetryLater(STALE_RETRY_MS, `${messageOf(error)}; it is opened again`));
      return this.#failed(stem, attempt, error, elapsed(), isBackfilled);
    }
  }

  #succeeded(stem: string, report: StageReport, durationMs: number, isBackfilled: boolean): void {
    const { task, metrics, log } = this.#options;
    const { stage, vra } = task;
    const outcome = report.status === STATUS.done ? 'done' : 'partial';
    const of = workOf(isBackfilled);
    metrics.stems.inc({ stage, vra, outcome, of });
    metrics.rows.inc({ stage, vra, of }, report.rows);
    metrics.stageDuration.observe({ stage, vra, outcome }, durationMs / 1000);
    log.info({ stem, stage, vra, rows: report.rows, ms: Math.round(durationMs) }, `${stage} ${outcome}`);
  }

  #announceResult(stem: string, report: StageReport): Promise<void> {
    const { stage, vra } = this.#options.task;
    const path = report.path === undefined ? {} : { path: report.path };
    return this.#announce(routeOf(stage, vra).output(stem), { stem, vra, count: report.rows, ...path, at: Date.now() });
  }

  async #requeue(stem: string, { delayMs, message }: RetryLater): Promise<StemResult> {
    const { work, owner, log } = this.#options;
    const waitMs = Math.min(delayMs, LONGEST_BACKOFF_MS);
    await work.release(stem, owner, { now: Date.now(), ms: waitMs }, message);
    log.warn({ ...this.#labels(stem), retryMs: waitMs }, message);
    return { kind: 'requeued', waitMs, message };
  }

  async #stageUnavailable(stem: string, error: StagePaused | StageMisconfigured): Promise<StemResult> {
    const { work, owner, readiness } = this.#options;
    await work.release(stem, owner, { now: Date.now(), ms: 0 }, error.message, error.status);
    if (error instanceof StagePaused) await readiness.pause(error);
    else await readiness.markNotReady(error);
    return { kind: 'stage-unavailable' };
  }

  /** Every other stem would fail the same way, so the stage waits. */
  async #releaseAfterStorageError(stem: string, stageError: unknown, error: unknown): Promise<StemResult> {
    const { readiness, log } = this.#options;
    log.warn({ ...this.#labels(stem), err: error }, `${stem} is requeued: ${messageOf(error)}`);
    readiness.onStorageError(stageError);
    this.#pendingReleases.add(stem);
    try {
      const status = error instanceof CannotWrite ? STATUS.outputNotFound : undefined;
      await this.retryPendingReleases(storageErrorMessage(stageError), status);
    } catch (again) {
      log.warn(
        { stem },
        `the claim could not be released: ${messageOf(again)}; it is released once the ledger takes writes`,
      );
    }
    return { kind: 'stage-unavailable' };
  }

  async #failed(
    stem: string,
    attempt: number,
    error: unknown,
    durationMs: number,
    isBackfilled: boolean,
  ): Promise<StemResult> {
    const { work, owner, task, log, metrics } = this.#options;
    const { stage, vra } = task;
    const now = Date.now();
    const message = messageOf(error);
    const status = statusOf(error);
    const waitMs = waitAfterAttempt(attempt);
    await work.fail(stem, owner, {
      status,
      message,
      dueAt: waitMs === undefined ? undefined : now + waitMs,
      now,
      durationMs,
    });
    metrics.stems.inc({ stage, vra, outcome: 'failed', of: workOf(isBackfilled) });
    metrics.stageDuration.observe({ stage, vra, outcome: 'failed' }, durationMs / 1000);
    const details = { ...this.#labels(stem), status, attempt, ...(error instanceof StemFailed ? {} : { err: error }) };
    if (waitMs === undefined) {
      log.error(details, `${message}; given up after ${attempt} attempts: fix the cause, then \`lvra retry ${stem}\``);
      await this.#announce(subjects.dead(stage, vra, stem), { stem, vra, count: 0, at: now });
    } else log.error({ ...details, retryMs: waitMs }, message);
    return { kind: 'failed', waitMs, message };
  }

  async #announce(subject: string, message: StemMessage): Promise<void> {
    try {
      await this.#options.bus.publish(subject, message);
    } catch (error) {
      this.#options.log.warn(`${messageOf(error)}; the next stage finds ${message.stem} by its sweep`);
    }
  }

  #labels(stem: string): { stem: string; stage: string; vra: string } {
    const { stage, vra } = this.#options.task;
    return { stem, stage, vra };
  }
}

/** Alerting rules ask for the night's stems alone: what a backfill does must neither set them off nor keep them silent. */
function workOf(isBackfilled: boolean): 'night' | 'backfill' {
  return isBackfilled ? 'backfill' : 'night';
}

function statusOf(error: unknown): StatusCode {
  if (error instanceof StemFailed) return error.status;
  return error instanceof CannotWrite ? STATUS.outputNotFound : STATUS.generic;
}
