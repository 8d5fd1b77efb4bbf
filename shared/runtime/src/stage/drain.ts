import type { Subscription } from '@lvra/bus';
import { sleep } from '@lvra/core';
import type { WorkQueue } from '@lvra/ledger';
import { type BackfillParts, backfillOne } from './backfilling.js';
import type { InHand } from './in-hand.js';
import type { Readiness } from './readiness.js';
import type { StemHandler, StemResult } from './stem-handler.js';
import { isStorageUnavailable } from './storage-errors.js';

export interface DrainParts {
  readonly work: WorkQueue;
  readonly readiness: Readiness;
  readonly handler: StemHandler;
  readonly subscription: Subscription;
  readonly inHand: InHand;
  readonly leaseMs: number;
  /** False: stems of a backfill are done only until the stage before has ended. */
  readonly finishesBackfill: boolean;
}

const LOOK_AGAIN_MS = 250;
/** Limits within which a requeued stem is tried again in the same run. */
const MAX_REQUEUES = 5;
const LONGEST_REQUEUE_MS = 5_000;
/** This many stems in a row requeued for longer end the run: the cause is not the stems, and the others would fail alike. */
const MAX_LONG_REQUEUES = 2;

/**
 * Processes everything that is pending, once: a stem that fails is not tried again, and one that failed before keeps its
 * waiting time. A stem that another process holds, or held when it was killed, is waited for.
 *
 * @param upstreamDone settles when the stage before has ended; new stems are taken until then
 * @returns the message of the last failure, or why the stage cannot work; undefined if everything was done
 */
export async function drain(
  { work, readiness, handler, subscription, inHand, leaseMs, finishesBackfill }: DrainParts,
  upstreamDone: Promise<unknown>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const upstream = new AbortController();
  const close = () => upstream.abort();
  void upstreamDone.then(close, close);
  const either = AbortSignal.any([signal, upstream.signal]);
  const state = new DrainState();
  const backfill: BackfillParts = { work, handler, leaseMs, ifIdle: (begin) => inHand.holdIfEmpty(begin) };
  while (!signal.aborted) {
    // Read before the ledger, so that the last stems are seen.
    const isLast = upstream.signal.aborted;
    const hasRequeued = state.hasRequeued();
    const unreadyMs = await readiness.check();
    if (unreadyMs > 0) {
      if (isLast) return readiness.reason;
      await sleep(unreadyMs, either);
      continue;
    }
    let todo: string[];
    let areOthersAtWork: boolean;
    let backfilled: Awaited<ReturnType<typeof backfillOne>> = 'none';
    try {
      await handler.retryPendingReleases();
      todo = (await work.pending(Date.now(), leaseMs)).filter((stem) => state.isRunnable(stem));
      for (const stem of todo) {
        if (signal.aborted || (await readiness.check()) > 0) break;
        state.note(stem, await handler.handle(stem, undefined, signal));
        if (state.shouldAbortRun()) return state.lastFailure;
      }
      if (todo.length === 0 && state.canBackfill && (finishesBackfill || !isLast))
        backfilled = await backfillOne(backfill, signal);
      if (typeof backfilled === 'object') state.noteBackfilled(backfilled.stem, backfilled.outcome, finishesBackfill);
      if (state.shouldAbortRun()) return state.lastFailure;
      areOthersAtWork = (await work.pending(Date.now(), 0)).some((stem) => state.isRunnable(stem));
    } catch (error) {
      if (!isStorageUnavailable(error)) throw error;
      readiness.onStorageError(error);
      continue;
    }
    if (todo.length > 0 || typeof backfilled === 'object') continue;
    if (areOthersAtWork || hasRequeued || backfilled === 'later') await sleep(LOOK_AGAIN_MS, signal);
    else if (isLast) return state.lastFailure;
    else (await subscription.next(LOOK_AGAIN_MS, either))?.ack();
  }
  return 'stopped before everything was done';
}

/** Which stems the run is done with or will try again. */
class DrainState {
  lastFailure: string | undefined;
  canBackfill = true;
  readonly #finished = new Set<string>();
  readonly #requeued = new Map<string, { times: number; due: number }>();
  #longRequeues = 0;

  isRunnable(stem: string): boolean {
    return !this.#finished.has(stem);
  }

  note(stem: string, outcome: StemResult): void {
    if (outcome.kind === 'stage-unavailable' || outcome.kind === 'leased') return;
    const times = (this.#requeued.get(stem)?.times ?? 0) + 1;
    if (outcome.kind === 'requeued' && outcome.waitMs <= LONGEST_REQUEUE_MS && times <= MAX_REQUEUES) {
      this.#requeued.set(stem, { times, due: performance.now() + outcome.waitMs });
      return;
    }
    const isLong = outcome.kind === 'requeued' && outcome.waitMs > LONGEST_REQUEUE_MS;
    this.#longRequeues = isLong ? this.#longRequeues + 1 : 0;
    this.#requeued.delete(stem);
    this.#finished.add(stem);
    if (outcome.kind !== 'settled') this.lastFailure = `${stem}: ${outcome.message}`;
  }

  /** What requeues a stem of a backfill for long holds for the others too, and for no stem of the night. */
  noteBackfilled(stem: string, outcome: StemResult, isToBeFinished: boolean): void {
    if (outcome.kind === 'requeued' && outcome.waitMs > LONGEST_REQUEUE_MS) {
      this.canBackfill = false;
      if (isToBeFinished) this.lastFailure = `${stem}: ${outcome.message}`;
    } else this.note(stem, outcome);
  }

  /** Whether the stage can finish no stem now. */
  shouldAbortRun(): boolean {
    return this.#longRequeues >= MAX_LONG_REQUEUES;
  }

  /** Whether a requeued stem is not due yet. */
  hasRequeued(): boolean {
    return [...this.#requeued.values()].some(({ due }) => due > performance.now());
  }
}
