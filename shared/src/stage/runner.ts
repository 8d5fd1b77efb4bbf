import type { Bus, Delivery, Subscription } from '../bus/bus.js';
import type { WorkLedger } from '../ledger/work.js';
import type { Logger } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { type Route, routeOf } from '../routes.js';
import { sleep } from '../sleep.js';
import { stemOfSubject } from '../subjects.js';
import { isDiskTrouble, ledgerBroken } from './disk-trouble.js';
import { drain } from './drain.js';
import { isGone } from './predecessor.js';
import { Readiness } from './readiness.js';
import { type Outcome, StemHandler } from './stem-handler.js';
import type { StageTask } from './task.js';

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
const PREPARE_AGAIN_MS = 30_000;
/** How often the ledger is searched while the bus does not work. */
const SWEEP_WITHOUT_BUS_MS = 5_000;
/** Whoever listens for so long has heard what was announced meanwhile, or the consumer is silent. */
const SILENCE_MS = 10_000;
/** So much later than a stem is due the ledger is looked at, so that it is not looked at twice. */
const AFTER_MS = 50;

/**
 * The loop that every stage runs: pull a stem, claim it, have the task do it, announce it, acknowledge.
 *
 * On start and every minute it sweeps: it asks the ledger what is pending and works on that directly. So the
 * bus only makes things quick; whatever it loses, or while it is down, the sweep does.
 */
export class StageRunner {
  readonly #options: RunnerOptions & { readonly leaseMs: number; readonly sweepMs: number };
  readonly #route: Route;
  readonly #readiness: Readiness;
  readonly #handler: StemHandler;
  /** On the clock of `performance.now()`, which nobody puts back. */
  #nextSweep = 0;
  /**
   * How long the bus, which worked, was listened to without a word, since the stage did anything else: while it stands
   * still or works on a stem, messages stay where they are.
   */
  #silentMs = 0;
  #hadBus = true;

  constructor(options: RunnerOptions) {
    const { leaseMs = 30_000, sweepMs = 60_000 } = options;
    this.#options = { ...options, leaseMs, sweepMs };
    this.#route = routeOf(options.task.stage, options.task.vra);
    this.#readiness = new Readiness({ ...this.#options, againMs: Math.min(PREPARE_AGAIN_MS, sweepMs) });
    this.#handler = new StemHandler({ ...this.#options, readiness: this.#readiness });
  }

  /** Why the stage cannot work now; undefined while it can. */
  notReady(): string | undefined {
    const { reason } = this.#readiness;
    return reason && `${this.#route.durable}: ${reason}`;
  }

  /**
   * Works until `signal` is aborted; the stem in hand is finished first.
   *
   * @throws UsageError where the ledger is damaged or was replaced
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.#subscribed(async (subscription) => {
      while (!signal.aborted) {
        try {
          await this.#turn(subscription, signal);
        } catch (error) {
          this.#waitForDisk(error);
        }
      }
    });
  }

  /**
   * Works off everything that is pending now, once: a stem that fails is not tried again in this run.
   *
   * @param upstreamDone settles when the stage before will bring no more; new stems are taken until then
   * @returns the last failure in words, or why the stage cannot work; undefined where everything was done
   */
  drain(upstreamDone: Promise<unknown>, signal: AbortSignal): Promise<string | undefined> {
    return this.#subscribed(async (subscription) => {
      const { work, leaseMs } = this.#options;
      try {
        this.#forfeit();
      } catch (error) {
        this.#waitForDisk(error);
      }
      const parts = { work, leaseMs, subscription, readiness: this.#readiness, handler: this.#handler };
      const trouble = await drain(parts, upstreamDone, signal);
      return trouble && `${this.#route.durable}: ${trouble}`;
    });
  }

  async #subscribed<T>(work: (subscription: Subscription) => Promise<T>): Promise<T> {
    const subscription = await this.#options.bus.subscribe(this.#route);
    try {
      return await work(subscription);
    } finally {
      await subscription.close();
      await this.#options.task.close?.();
    }
  }

  /** A ledger that cannot be had for now is waited for, as a full disk is. */
  #waitForDisk(error: unknown): void {
    if (!isDiskTrouble(error)) throw ledgerBroken(error, this.#options.work.database.name) ?? error;
    this.#readiness.diskRefuses(error);
    this.#sweepIn(0);
  }

  async #turn(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const { bus } = this.#options;
    const hasBus = bus.trouble() === undefined;
    // What was announced while the bus was away is found at once when it is back.
    if (!hasBus) this.#sweepIn(SWEEP_WITHOUT_BUS_MS);
    else if (!this.#hadBus) this.#sweepIn(0);
    this.#hadBus = hasBus;
    const unreadyMs = await this.#readiness.check();
    if (!hasBus || unreadyMs > 0) this.#silentMs = 0;
    if (unreadyMs > 0) return sleep(unreadyMs, signal);
    if (performance.now() >= this.#nextSweep) await this.#sweep(signal);
    if (signal.aborted || this.#readiness.reason !== undefined) return;
    const delivery = await this.#listen(subscription, signal);
    if (delivery) await this.#take(delivery, signal);
  }

  async #listen(subscription: Subscription, signal: AbortSignal): Promise<Delivery | undefined> {
    const begun = performance.now();
    const waitMs = Math.min(IDLE_WAIT_MS, Math.max(this.#nextSweep - begun, 0));
    const delivery = await subscription.next(waitMs, signal);
    // A process that was stopped has not listened for longer than it meant to.
    this.#silentMs = delivery ? 0 : this.#silentMs + Math.min(performance.now() - begun, waitMs);
    return delivery;
  }

  /** Does a stem that was delivered. Another replica may have paused the stage while this one waited for it. */
  async #take(delivery: Delivery, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (await this.#readiness.check()) > 0) return delivery.giveBack();
    this.#note(await this.#handler.handle(stemOfSubject(delivery.subject), delivery, signal));
  }

  /** A process that was killed and started again need not wait for its own claims to run out. */
  #forfeit(): void {
    const { work, owner } = this.#options;
    work.forfeit((other) => isGone(other, owner));
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { work, leaseMs, sweepMs } = this.#options;
    this.#handler.releaseLate();
    this.#forfeit();
    const pending = work.pending(Date.now(), leaseMs);
    this.#sweepIn(sweepMs, Number.POSITIVE_INFINITY);
    const silentMs = this.#silentMs;
    this.#silentMs = 0;
    let fresh = 0;
    for (const stem of pending) {
      if (signal.aborted) return;
      if ((await this.#readiness.check()) > 0) return this.#sweepIn(0);
      const outcome = await this.#handler.handle(stem, undefined, signal);
      if (outcome.kind === 'settled' && outcome.attempt === 1) fresh++;
      this.#note(outcome);
    }
    if (silentMs > SILENCE_MS && fresh > 0) this.#reportSilence(fresh);
    // Whoever holds one of the others may have been killed: then it is free when the claim has run out. And those that
    // wait for another attempt may have been put back in an earlier sweep, or by another replica.
    const now = Date.now();
    const againMs = Math.min(work.leasedMs(now, leaseMs) ?? Infinity, work.dueMs(now) ?? Infinity);
    this.#sweepIn(againMs + AFTER_MS);
  }

  /** The watchdog: there was new work, and the bus, which works, has not said a word of it. */
  #reportSilence(stems: number): void {
    const { task, log, metrics } = this.#options;
    const { stage, vra } = task;
    metrics.busSilent.inc({ stage, vra });
    log.warn(
      { stage, vra, stems },
      `${stems} stems waited for ${this.#route.durable} and no message came: the consumer at NATS is silent; ` +
        'the sweep does the work, a minute late',
    );
  }

  /** Looks at the ledger again when the stem can be taken again; after a halt, as soon as the stage is ready. */
  #note(outcome: Outcome): void {
    if (outcome.kind === 'halted') this.#sweepIn(0);
    else if ('waitMs' in outcome && outcome.waitMs !== undefined) this.#sweepIn(outcome.waitMs + AFTER_MS);
  }

  #sweepIn(ms: number, atTheLatest = this.#nextSweep): void {
    this.#nextSweep = Math.min(atTheLatest, performance.now() + ms);
  }
}
