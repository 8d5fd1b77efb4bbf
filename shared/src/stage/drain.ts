import type { Subscription } from '../bus/bus.js';
import type { WorkLedger } from '../ledger/work.js';
import { sleep } from '../sleep.js';
import { backfillOne } from './backfilling.js';
import { isDiskTrouble, ledgerBroken } from './disk-trouble.js';
import type { InHand } from './in-hand.js';
import type { Readiness } from './readiness.js';
import type { Outcome, StemHandler } from './stem-handler.js';

export interface DrainParts {
  readonly work: WorkLedger;
  readonly readiness: Readiness;
  readonly handler: StemHandler;
  readonly subscription: Subscription;
  readonly inHand: InHand;
  readonly leaseMs: number;
  /** False: of a backfill it does stems only until the stage before brings no more. */
  readonly finishesBackfill: boolean;
}

const LOOK_AGAIN_MS = 250;
/** A stem that is put back may come again within the run, so often and after so long at most. */
const MOST_PUT_BACKS = 5;
const LONGEST_PUT_BACK_MS = 5_000;
/** So many stems put back for longer, one after the other: not they are the trouble, and the others would fare alike. */
const MOST_LONG_PUT_BACKS = 2;

/**
 * Works off everything that is pending, once: a stem that fails is not tried again, and one that failed lately has
 * to wait as ever. A stem that another process has, or had when it was killed, is waited for.
 *
 * @param upstreamDone settles when the stage before will bring no more; new stems are taken until then
 * @returns the last failure in words, or why the stage cannot work; undefined where everything was done
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
  const progress = new Progress();
  const backfill = { work, handler, inHand, leaseMs, isNewerThere: () => false };
  while (!signal.aborted) {
    // Looked at before the ledger, so that what came last is seen.
    const isLast = upstream.signal.aborted;
    const hasPutBacks = progress.hasPutBacks();
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
      handler.releaseLate();
      todo = work.pending(Date.now(), leaseMs).filter((stem) => progress.mayTake(stem));
      for (const stem of todo) {
        if (signal.aborted || (await readiness.check()) > 0) break;
        progress.note(stem, await handler.handle(stem, undefined, signal));
        if (progress.isHopeless()) return progress.lastFailure;
      }
      if (todo.length === 0 && (finishesBackfill || !isLast)) backfilled = await backfillOne(backfill, signal);
      if (typeof backfilled === 'object') progress.note(backfilled.stem, backfilled.outcome);
      if (progress.isHopeless()) return progress.lastFailure;
      areOthersAtWork = work.pending(Date.now(), 0).some((stem) => progress.mayTake(stem));
    } catch (error) {
      if (!isDiskTrouble(error)) throw ledgerBroken(error, work.database.name) ?? error;
      readiness.diskRefuses(error);
      continue;
    }
    if (todo.length > 0 || typeof backfilled === 'object') continue;
    if (areOthersAtWork || hasPutBacks || backfilled === 'later') await sleep(LOOK_AGAIN_MS, signal);
    else if (isLast) return progress.lastFailure;
    else (await subscription.next(LOOK_AGAIN_MS, either))?.ack();
  }
  return 'stopped before everything was done';
}

/** Which stems the run has finished with, in one way or another. */
class Progress {
  lastFailure: string | undefined;
  readonly #finished = new Set<string>();
  readonly #putBack = new Map<string, { times: number; due: number }>();
  #longPutBacks = 0;

  mayTake(stem: string): boolean {
    return !this.#finished.has(stem);
  }

  note(stem: string, outcome: Outcome): void {
    if (outcome.kind === 'halted' || outcome.kind === 'held') return;
    const times = (this.#putBack.get(stem)?.times ?? 0) + 1;
    if (outcome.kind === 'put-back' && outcome.waitMs <= LONGEST_PUT_BACK_MS && times <= MOST_PUT_BACKS) {
      this.#putBack.set(stem, { times, due: performance.now() + outcome.waitMs });
      return;
    }
    const isLong = outcome.kind === 'put-back' && outcome.waitMs > LONGEST_PUT_BACK_MS;
    this.#longPutBacks = isLong ? this.#longPutBacks + 1 : 0;
    this.#putBack.delete(stem);
    this.#finished.add(stem);
    if (outcome.kind !== 'settled') this.lastFailure = `${stem}: ${outcome.message}`;
  }

  /** Whether the stage gets no stem done now. */
  isHopeless(): boolean {
    return this.#longPutBacks >= MOST_LONG_PUT_BACKS;
  }

  /** Whether a stem that was put back is not due yet. */
  hasPutBacks(): boolean {
    return [...this.#putBack.values()].some(({ due }) => due > performance.now());
  }
}
