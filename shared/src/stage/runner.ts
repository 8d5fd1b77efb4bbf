import type { Bus, Delivery, Subscription } from '../bus/bus.js';
import { messageOf, RetryLater, StageMisconfigured, StagePaused, StemFailed } from '../errors.js';
import type { WorkLedger } from '../ledger/work.js';
import type { Logger } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { type Route, routeOf } from '../routes.js';
import { sleep } from '../sleep.js';
import { STATUS, type StatusCode } from '../status.js';
import { stemOfSubject, subjects } from '../subjects.js';
import { backoffMs, MOST_ATTEMPTS } from './backoff.js';
import type { StageReport, StageTask } from './task.js';

export interface RunnerOptions {
  readonly task: StageTask;
  readonly work: WorkLedger;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Names this process in the ledger. */
  readonly owner: string;
  /** How long a claim outlives its holder, ms. */
  readonly leaseMs?: number;
  /** How often the ledger is searched for work that nobody is doing, ms. */
  readonly sweepMs?: number;
}

const IDLE_WAIT_MS = 5_000;
const RECHECK_MS = 30_000;

/**
 * The loop that every stage runs: pull a stem, claim it, have the task do it, announce it, acknowledge.
 *
 * On start and every minute it sweeps: it asks the ledger what is pending and works on that directly. So the
 * bus only makes things quick; whatever it loses, or while it is down, the sweep does.
 */
export class StageRunner {
  readonly #options: RunnerOptions;
  readonly #route: Route;
  readonly #leaseMs: number;
  readonly #sweepMs: number;
  #nextSweep = 0;
  #notReady: string | undefined = 'starting';
  #lastError: string | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#route = routeOf(options.task.stage, options.task.vra);
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#sweepMs = options.sweepMs ?? 60_000;
  }

  /** Why the stage cannot work now; undefined while it can. */
  notReady(): string | undefined {
    return this.#notReady && `${this.#route.durable}: ${this.#notReady}`;
  }

  /** Works until `signal` is aborted; the stem in hand is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    const subscription = await this.#options.bus.subscribe(this.#route);
    try {
      while (!signal.aborted) await this.#turn(subscription, signal);
    } finally {
      await subscription.close();
      await this.#options.task.close?.();
    }
  }

  /**
   * Works off everything that is pending now, once: a stem that fails is not tried again in this run.
   *
   * @param upstreamDone settles when the stage before will bring no more; new stems are taken until then
   * @returns the last failure in words, or undefined where everything was done
   */
  async drain(upstreamDone: Promise<unknown>, signal: AbortSignal): Promise<string | undefined> {
    const tried = new Set<string>();
    const subscription = await this.#options.bus.subscribe(this.#route);
    let upstreamOpen = true;
    const finished = new AbortController();
    const stop = () => {
      upstreamOpen = false;
      finished.abort();
    };
    void upstreamDone.then(stop, stop);
    const either = AbortSignal.any([signal, finished.signal]);
    try {
      while (!signal.aborted) {
        if (!(await this.#prepared())) return this.#notReady;
        const open = upstreamOpen;
        const todo = this.#options.work.pending(Date.now(), this.#leaseMs).filter((stem) => !tried.has(stem));
        for (const stem of todo) {
          if (signal.aborted || this.#notReady !== undefined) break;
          tried.add(stem);
          await this.#handle(stem, undefined, signal);
        }
        if (this.#notReady !== undefined) return this.#notReady;
        if (todo.length === 0 && !open) return this.#lastError;
        if (todo.length === 0) (await subscription.next(IDLE_WAIT_MS, either))?.ack();
      }
      return 'stopped before everything was done';
    } finally {
      await subscription.close();
      await this.#options.task.close?.();
    }
  }

  async #turn(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const { work, bus, metrics } = this.#options;
    metrics.busConnected.set(bus.trouble() === undefined ? 1 : 0);
    const pause = work.paused(Date.now());
    if (pause) {
      this.#becomeNotReady(`paused until ${new Date(pause.until).toISOString()}: ${pause.reason}`);
      return sleep(Math.min(pause.until - Date.now(), IDLE_WAIT_MS), signal);
    }
    if (!(await this.#prepared())) return sleep(Math.min(RECHECK_MS, this.#sweepMs), signal);
    if (Date.now() >= this.#nextSweep) await this.#sweep(signal);
    if (signal.aborted || this.#notReady !== undefined) return;
    const untilSweep = Math.max(this.#nextSweep - Date.now(), 0);
    const delivery = await subscription.next(Math.min(IDLE_WAIT_MS, untilSweep), signal);
    // Without acknowledgement a message that came while we were stopping goes to another replica.
    if (delivery && !signal.aborted) await this.#handle(stemOfSubject(delivery.subject), delivery, signal);
  }

  async #prepared(): Promise<boolean> {
    try {
      await this.#options.task.prepare?.();
      if (this.#notReady !== undefined) this.#options.log.info(`${this.#route.durable} is ready`);
      this.#notReady = undefined;
      this.#setReady(1);
      return true;
    } catch (error) {
      if (error instanceof StageMisconfigured) this.#misconfigured(error);
      else this.#becomeNotReady(messageOf(error));
      return false;
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    this.#nextSweep = Date.now() + this.#sweepMs;
    const pending = this.#options.work.pending(Date.now(), this.#leaseMs);
    for (const stem of pending) {
      if (signal.aborted || this.#notReady !== undefined) return;
      await this.#handle(stem, undefined, signal);
    }
  }

  /** Does one stem if it is there to be done, whatever comes of it; throws only where the ledger fails. */
  async #handle(stem: string, delivery: Delivery | undefined, signal: AbortSignal): Promise<void> {
    const { work, owner, task } = this.#options;
    const claim = work.claim(stem, owner, Date.now(), this.#leaseMs);
    if (claim.kind === 'busy' || claim.kind === 'later') this.#sweepIn(claim.waitMs);
    if (claim.kind !== 'claimed') return delivery?.ack();
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    const heartbeat = setInterval(() => {
      work.renew(stem, owner, Date.now(), this.#leaseMs);
      delivery?.working();
    }, this.#leaseMs / 3);
    try {
      if (claim.attempt > MOST_ATTEMPTS) {
        throw new StemFailed(
          STATUS.generic,
          `${claim.attempt - 1} attempts ended without a result or an error; the process may have been killed by this stem`,
        );
      }
      const report = await task.perform(stem, { signal, attempt: claim.attempt, elapsed });
      if (report) await this.#succeeded(stem, report, elapsed());
    } catch (error) {
      await this.#failed(stem, claim.attempt, error, elapsed());
    } finally {
      clearInterval(heartbeat);
    }
    delivery?.ack();
  }

  async #succeeded(stem: string, report: StageReport, durationMs: number): Promise<void> {
    const { task, metrics, log } = this.#options;
    const { stage, vra } = task;
    const outcome = report.status === STATUS.done ? 'done' : 'partial';
    metrics.stems.inc({ stage, vra, outcome });
    metrics.rows.inc({ stage, vra }, report.rows);
    metrics.stageDuration.observe({ stage, vra, outcome }, durationMs / 1000);
    log.info({ stem, stage, vra, rows: report.rows, ms: Math.round(durationMs) }, `${stage} ${outcome}`);
    const path = report.path === undefined ? {} : { path: report.path };
    await this.#announce(this.#route.output(stem), { stem, vra, count: report.rows, ...path, at: Date.now() });
  }

  async #failed(stem: string, attempt: number, error: unknown, durationMs: number): Promise<void> {
    const { work, owner, task, log, metrics } = this.#options;
    const { stage, vra } = task;
    const now = Date.now();
    const message = messageOf(error);
    this.#lastError = `${stage} of ${stem}: ${message}`;
    if (error instanceof RetryLater) {
      work.release(stem, owner, now + error.delayMs, message);
      this.#sweepIn(error.delayMs);
      log.warn({ stem, stage, vra, retryMs: error.delayMs }, message);
      return;
    }
    if (error instanceof StagePaused) {
      work.release(stem, owner, 0, message, error.status);
      work.pause(now + error.delayMs, message);
      this.#becomeNotReady(message);
      log.error({ stem, stage, vra, pausedMs: error.delayMs }, message);
      return;
    }
    if (error instanceof StageMisconfigured) {
      work.release(stem, owner, 0, message);
      this.#misconfigured(error);
      return;
    }
    const status: StatusCode = error instanceof StemFailed ? error.status : STATUS.generic;
    const delay = backoffMs(attempt);
    work.fail(stem, owner, { status, message, dueAt: delay && now + delay, now, durationMs });
    metrics.stems.inc({ stage, vra, outcome: 'failed' });
    metrics.stageDuration.observe({ stage, vra, outcome: 'failed' }, durationMs / 1000);
    const details = { stem, stage, vra, status, attempt, ...(error instanceof StemFailed ? {} : { err: error }) };
    if (delay !== undefined) {
      this.#sweepIn(delay);
      log.error({ ...details, retryMs: delay }, message);
    } else {
      log.error(details, `${message}; given up after ${attempt} attempts: mend the cause, then \`lvra retry ${stem}\``);
      await this.#announce(subjects.dead(stage, vra, stem), { stem, vra, count: 0, at: now });
    }
  }

  async #announce(subject: string, message: { stem: string; vra: string; count: number; at: number }): Promise<void> {
    try {
      await this.#options.bus.publish(subject, message);
    } catch (error) {
      this.#options.log.warn(`${messageOf(error)}; the next stage finds ${message.stem} by its sweep`);
    }
  }

  #misconfigured(error: StageMisconfigured): void {
    if (error.status !== undefined) this.#options.work.markPending(error.status, Date.now(), this.#leaseMs);
    this.#becomeNotReady(error.message);
  }

  #becomeNotReady(reason: string): void {
    if (reason !== this.#notReady) this.#options.log.error(`${this.#route.durable} does not work: ${reason}`);
    this.#notReady = reason;
    this.#setReady(0);
  }

  #setReady(ready: 0 | 1): void {
    const { stage, vra } = this.#options.task;
    this.#options.metrics.ready.set({ stage, vra }, ready);
  }

  #sweepIn(ms: number): void {
    this.#nextSweep = Math.min(this.#nextSweep, Date.now() + ms + 50);
  }
}
