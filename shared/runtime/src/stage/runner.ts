import type { Bus, Delivery, Subscription } from '@lvra/bus';
import { type Route, routeOf, sleep, stemOfSubject } from '@lvra/core';
import type { WorkQueue } from '@lvra/ledger';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { DataFolder } from '../folder/data-folder.js';
import { backfillOne, LOOK_AGAIN_MS } from './backfilling.js';
import { drain } from './drain.js';
import { InHand } from './in-hand.js';
import { isDeadProcess } from './process-identity.js';
import { Readiness } from './readiness.js';
import { StemHandler } from './stem-handler.js';
import { isStorageUnavailable } from './storage-errors.js';
import type { StageTask } from './task.js';

export interface RunnerOptions {
  readonly task: StageTask;
  readonly work: WorkQueue;
  /** The folder of the data, to see whether it takes files. */
  readonly folder: DataFolder;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Names this process in the ledger. */
  readonly owner: string;
  /** Shared by all stages of this process; by default there is no other. */
  readonly inHand?: InHand;
  /** How long a claim outlives its holder, ms. */
  readonly leaseMs?: number;
  /** How often the ledger is searched for work that no process is doing, ms. */
  readonly sweepMs?: number;
}

/** A stage that could not get ready tries again after this many sweeps: half a minute, as it may have to ask Lasair. */
const SWEEPS_UNTIL_AGAIN = 15;

/**
 * The loop that every stage runs: pull a stem, claim it, have the task do it, announce it, acknowledge.
 *
 * On start and every two seconds it sweeps: it asks the ledger what is pending and works on that directly. So the bus
 * only makes things quick; the sweep does what it loses.
 */
export class StageRunner {
  readonly #options: RunnerOptions & { readonly leaseMs: number; readonly sweepMs: number; readonly inHand: InHand };
  readonly #route: Route;
  readonly #readiness: Readiness;
  readonly #handler: StemHandler;
  /** On the clock of `performance.now()`, which never goes backwards. */
  #nextSweep = 0;
  /** When a stem of a backfill may be begun, on the same clock: what requeued the last one holds for the next as well. */
  #nextBackfill = 0;

  constructor(options: RunnerOptions) {
    const { leaseMs = 30_000, sweepMs = 2_000, inHand = new InHand() } = options;
    this.#options = { ...options, leaseMs, sweepMs, inHand };
    this.#route = routeOf(options.task.stage, options.task.vra);
    this.#readiness = new Readiness({ ...this.#options, retryIntervalMs: SWEEPS_UNTIL_AGAIN * sweepMs });
    this.#handler = new StemHandler({ ...this.#options, readiness: this.#readiness });
  }

  /** Why the stage cannot work now; undefined while it can. */
  notReady(): string | undefined {
    const { reason } = this.#readiness;
    return reason && `${this.#route.durable}: ${reason}`;
  }

  /**
   * Works until `signal` is aborted; the current stem is finished first.
   *
   * @throws UsageError if the ledger is damaged or was replaced
   */
  async run(signal: AbortSignal): Promise<void> {
    const { work, leaseMs, inHand } = this.#options;
    const isWaitedFor = async () =>
      this.#readiness.reason === undefined && (await work.pending(Date.now(), leaseMs, 1)).length > 0;
    inHand.join(isWaitedFor);
    await this.#subscribed(async (subscription) => {
      while (!signal.aborted) {
        try {
          await this.#tick(subscription, signal);
        } catch (error) {
          this.#handleLedgerError(error);
        }
      }
    }).finally(() => inHand.leave(isWaitedFor));
  }

  /**
   * Works off everything that is pending now, once: a stem that fails is not tried again in this run.
   *
   * @param upstreamDone settles when the stage before will bring no more; new stems are taken until then
   * @param finishesBackfill false: of a backfill it does stems only until then
   * @returns the message of the last failure, or why the stage cannot work; undefined if everything was done
   */
  drain(upstreamDone: Promise<unknown>, signal: AbortSignal, finishesBackfill = true): Promise<string | undefined> {
    return this.#subscribed(async (subscription) => {
      const { work, leaseMs, inHand } = this.#options;
      const stage = { readiness: this.#readiness, handler: this.#handler, finishesBackfill };
      const parts = { work, leaseMs, inHand, subscription, ...stage };
      const problem = await drain(parts, upstreamDone, signal);
      return problem && `${this.#route.durable}: ${problem}`;
    });
  }

  async #subscribed<T>(work: (subscription: Subscription) => Promise<T>): Promise<T> {
    const subscription = await this.#options.bus.subscribe(this.#route);
    try {
      await this.#releasePredecessorsClaims();
      return await work(subscription);
    } finally {
      await subscription.close();
      await this.#options.task.close?.();
    }
  }

  /** Waits for a ledger that is unavailable for now, as for a full disk. */
  #handleLedgerError(error: unknown): void {
    if (!isStorageUnavailable(error)) throw error;
    this.#readiness.onStorageError(error);
  }

  async #tick(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const unreadyMs = await this.#readiness.check();
    if (unreadyMs > 0) return sleep(unreadyMs, signal);
    const waitMs = this.#nextSweep - performance.now();
    if (waitMs <= 0) return this.#sweep(signal);
    const backfilled = await this.#backfill(signal);
    if (backfilled === 'done') return;
    const mostMs = backfilled === 'later' ? LOOK_AGAIN_MS : waitMs;
    const delivery = await subscription.next(Math.min(waitMs, mostMs), signal);
    if (delivery) await this.#take(delivery, signal);
  }

  /** Does one stem of a backfill. The bus need not be asked before: the ledger tells if a stem of the night waits. */
  async #backfill(signal: AbortSignal): Promise<'done' | 'none' | 'later'> {
    if (performance.now() < this.#nextBackfill) return 'none';
    const ifIdle = <T>(begin: () => Promise<T>) => this.#options.inHand.holdIfQuiet(begin);
    const backfilled = await backfillOne({ ...this.#options, handler: this.#handler, ifIdle }, signal);
    if (typeof backfilled === 'string') return backfilled;
    const { outcome } = backfilled;
    if (outcome.kind === 'requeued') this.#nextBackfill = performance.now() + outcome.waitMs;
    return 'done';
  }

  /** Does a stem that was delivered. Another replica may have paused the stage while this one waited for it. */
  async #take(delivery: Delivery, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (await this.#readiness.check()) > 0) return delivery.nak();
    await this.#handler.handle(stemOfSubject(delivery.subject), delivery, signal);
  }

  /**
   * A restarted process need not wait until the claims of its predecessor expire. Where there are several hosts, neither the
   * number of a process nor the name of its host says whether it is dead: leases alone do.
   */
  async #releasePredecessorsClaims(): Promise<void> {
    const { work, owner } = this.#options;
    if (work.ledger.isOnServer) return;
    try {
      await work.releaseClaimsOf((other) => isDeadProcess(other, owner));
    } catch (error) {
      this.#handleLedgerError(error);
    }
  }

  /** Works on what is pending. The list is read anew when the next sweep is due: other processes work too. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const { work, leaseMs, sweepMs } = this.#options;
    this.#nextSweep = performance.now() + sweepMs;
    await this.#handler.retryPendingReleases();
    for (const stem of await work.pending(Date.now(), leaseMs)) {
      if (signal.aborted || performance.now() >= this.#nextSweep) return;
      if ((await this.#readiness.check()) > 0) return;
      await this.#handler.handle(stem, undefined, signal);
    }
    // Nothing is left to do, so no stem waits for it.
    await work.tidy();
  }
}
