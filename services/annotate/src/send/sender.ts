import { RetryLater, STATUS, StemFailed, sleep } from '@lvra/core';
import type { Ledger, Outcomes, WorkQueue } from '@lvra/ledger';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { CallResult, Method } from '../lasair/response.js';
import type { SendableScore } from '../triage.js';
import { CallRecorder } from './call-recorder.js';
import { keptForNew } from './kept-calls.js';
import { type ListLimits, nextListSize } from './list-size.js';
import { backfillWaits, budgetUsedUp, pauseFor } from './pauses.js';
import { SendQueue } from './queue.js';
import { RetryBudget } from './retry-budget.js';
import { type Load, nextLoad, type Progress, type SendRequest } from './send-request.js';

/** Takes the calls: `LasairClient`. */
export interface Receiver {
  send(method: Method, annotations: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<CallResult>;
}

export interface SenderOptions {
  readonly ledger: Ledger;
  readonly work: WorkQueue;
  readonly receiver: Receiver;
  readonly topic: string;
  readonly refusedVersion: string | undefined;
  readonly endpoint: string;
  /** Where the token comes from, for messages. */
  readonly tokenFrom: string;
  readonly limits: ListLimits & { readonly callsPerHour: number; readonly timeoutMs: number };
  /** Names this process in the ledger. */
  readonly owner: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/** How long after a call's timeout Lasair may still be processing it. */
const GRACE_MS = 30_000;

/** A Lasair without lists is tried with one again after this time: a proxy may have answered. */
const NO_LISTS_MS = 60_000;

/** How often to check whether another replica's call for the same object has ended. */
const MAX_BUSY_RETRIES = 8;
const MAX_BUSY_WAIT_MS = 1_000;

/** How long a count of the scores pending in other stems is used. */
const BACKLOG_ESTIMATE_TTL_MS = 5_000;

/** With this many refused and none accepted, the rows are not the cause. */
const REFUSED_WITHOUT_SUCCESS = 20;

/** Sends annotations, one stem at a time: reserve, call, finish, as `Reservations` explains. */
export class AnnotationSender {
  readonly #options: SenderOptions;
  readonly #ended: CallRecorder;
  #listSize: number;
  /** The longest list that the proxy in front of Lasair accepts. */
  #longestList = Number.POSITIVE_INFINITY;
  #noListsUntil = 0;
  #waitsInARow = 0;
  #calls = 0;
  /** How many scores wait in other stems, assuming that they are as large as this one. */
  #backlogEstimate = { at: Number.NEGATIVE_INFINITY, scores: 0 };

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#ended = new CallRecorder(options);
    this.#listSize = options.limits.first;
  }

  /**
   * Records ended calls that the ledger could not record; call it before asking what is still to be sent.
   *
   * @throws what the ledger throws
   */
  async recordEnded(): Promise<void> {
    await this.#ended.recordLate();
  }

  /**
   * Sends the scores and records those that Lasair takes.
   *
   * @returns the outcomes of the others, and of those that filled up its calls
   * @throws RetryLater, StagePaused, StemFailed; accepted scores are recorded nonetheless
   */
  async send(request: SendRequest, signal: AbortSignal): Promise<Outcomes> {
    const { scores, fillers } = request;
    const queue = new SendQueue(scores);
    const retryBudget = new RetryBudget(this.#options.random);
    const none = { calls: 0, busy: [], busyRetries: 0, accepted: 0, refused: 0 };
    const progress: Progress = { request, queue, retryBudget, signal, fillers, outcomes: new Map(), ...none };
    await this.#estimateBacklog(scores.length);
    for (;;) {
      if (signal.aborted) throw new RetryLater(0, 'the service is stopping; what Lasair took is recorded');
      const hasLists = this.#options.now() >= this.#noListsUntil;
      const load = await nextLoad(progress, hasLists ? Math.min(this.#listSize, this.#longestList) : 1);
      if (load) await this.#sendLoad(load, hasLists ? 'annotatelist' : 'annotate', progress);
      else if (progress.busy.length > 0) await this.#waitForOthers(progress);
      else return progress.outcomes;
    }
  }

  async #sendLoad(load: Load, method: Method, progress: Progress): Promise<void> {
    const { ledger, work, receiver, limits, owner, now } = this.#options;
    const begun = now();
    const call = {
      sender: `${owner}/${++this.#calls}`,
      now: begun,
      until: begun + limits.timeoutMs + GRACE_MS,
    };
    const { callsPerHour } = limits;
    const keep = keptForNew([...load.own, ...load.fillers], begun, callsPerHour);
    const terms = { refusedVersion: this.#options.refusedVersion, callsPerHour, keep };
    const reservation = await ledger.annotations.reservations.reserve(work, load.own, call, terms, load.fillers);
    const { reserved, superseded, busy, calls } = reservation;
    if (calls.waitMs > 0) throw isOfBackfill(load) ? backfillWaits(calls) : budgetUsedUp(calls, callsPerHour);
    for (const { id } of superseded) progress.outcomes.set(id, { outcome: 'superseded' });
    progress.busy.push(...busy);
    if (reserved.length === 0) return;

    const annotations = reserved.map(({ json }) => json);
    const clock = performance.now();
    // The process may have been stopped since; a call must not reach Lasair when another sender has the object.
    const timeLeft = Math.min(begun + limits.timeoutMs - now(), limits.timeoutMs);
    const result: CallResult =
      timeLeft > 0
        ? await receiver.send(method, annotations, timeLeft, progress.signal)
        : { kind: 'failed', end: 'refused', message: 'this process was stopped for longer than a call may take' };
    progress.accepted += await this.#ended.record({ rows: reserved, call, end: result.end, at: now() });

    const { left, annotationsPerHour: perHour } = calls;
    const waiting = progress.queue.size + this.#backlogEstimate.scores;
    if (method === 'annotatelist') {
      const scores = progress.request.scores.length;
      const traffic = { tookMs: performance.now() - clock, scores, waiting, perHour, callsLeft: left, callsPerHour };
      this.#listSize = nextListSize(this.#listSize, limits, traffic);
    }
    await this.#handleResult(result, reserved, load.failures, progress);
  }

  /** Acts on the result of a call: pauses, requeues or rejects. */
  async #handleResult(
    result: CallResult,
    sent: readonly SendableScore[],
    failures: number,
    progress: Progress,
  ): Promise<void> {
    const { topic, endpoint, tokenFrom, now, log } = this.#options;
    const pause = pauseFor(result, { topic, endpoint, tokenFrom, waitsBefore: this.#waitsInARow });
    if (pause) {
      if (result.kind === 'throttled' || result.kind === 'failed') this.#waitsInARow++;
      throw pause;
    }
    const { queue, retryBudget } = progress;
    const isOwn = ({ stem }: SendableScore) => stem === progress.request.stem;
    const rows = sent.filter(isOwn);
    const along = sent.filter((row) => !isOwn(row));
    const isRefused = result.kind === 'item-refused';
    const hasFailed = result.kind === 'failed' || (result.kind === 'too-long' && sent.length === 1);
    if (isRefused || hasFailed) this.#excludeFillers(along, progress);
    if (hasFailed) {
      const isSuspect = result.mayBeAnItem === true && along.length === 0;
      return this.#retryLater(result, rows, isSuspect ? failures + 1 : failures, progress);
    }
    this.#waitsInARow = 0;
    retryBudget.afterAnswer();
    if (result.kind === 'no-lists') {
      log.warn(`${endpoint} takes no lists (${result.message}); annotating one by one`);
      this.#noListsUntil = now() + NO_LISTS_MS;
    } else if (result.kind === 'too-long') {
      log.warn(`${sent.length} annotations are too long for a call (${result.message}); making lists shorter`);
      this.#longestList = Math.floor(sent.length / 2);
    } else if (isRefused) {
      if (along.length > 0) queue.requeue(rows);
      else if (rows.length > 1) queue.splitAndRequeue(rows);
      else this.#reject(rows, result, progress);
      return;
    } else return;
    queue.requeue(rows);
    progress.fillers?.requeue(along);
  }

  /**
   * After a failed call the current stem is sent alone before anything is concluded: it must not suffer for the scores that
   * filled up its call, nor they for it.
   */
  #excludeFillers(along: readonly SendableScore[], progress: Progress): void {
    progress.fillers?.avoid(new Set(along.map(({ stem }) => stem)));
    progress.fillers = undefined;
  }

  #reject(rows: readonly SendableScore[], { message }: CallResult, progress: Progress): void {
    const { log, work } = this.#options;
    for (const { id } of rows) progress.outcomes.set(id, { outcome: 'rejected', detail: message });
    log.warn(
      { stem: progress.request.stem, vra: work.vra, rows: rows.map(({ id }) => String(id)) },
      `Lasair refused an annotation: ${message}`,
    );
    progress.refused += rows.length;
    if (progress.refused < REFUSED_WITHOUT_SUCCESS || progress.accepted > 0) return;
    throw new StemFailed(
      STATUS.lasairRefused,
      `Lasair refused all of the first ${progress.refused} annotations (${message}): ` +
        'compare what it asks for with what is sent, `lvra run --dry-run` shows it',
    );
  }

  /** Requeues the rows last and waits, longer with each failure. */
  async #retryLater(
    { message }: CallResult,
    rows: readonly SendableScore[],
    failures: number,
    progress: Progress,
  ): Promise<void> {
    const { queue, retryBudget, signal, request } = progress;
    const { log, work } = this.#options;
    const { stem } = request;
    queue.requeueLast(rows, failures);
    if (signal.aborted) return;
    const waitMs = retryBudget.afterFailure();
    if (waitMs === undefined) {
      throw new RetryLater(
        retryBudget.requeueDelay(),
        `Lasair does not take annotations (${message}), as in the calls before; ${queue.size} are left and wait`,
      );
    }
    log.warn({ stem, vra: work.vra, rows: rows.length, waitMs }, `a call to Lasair failed: ${message}`);
    await sleep(waitMs, signal);
  }

  /** Waits for calls of other replicas for the same objects, a few times. */
  async #waitForOthers(progress: Progress): Promise<void> {
    const longest = Math.max(...progress.busy.map(({ waitMs }) => waitMs));
    if (progress.busyRetries++ >= MAX_BUSY_RETRIES) {
      throw new RetryLater(
        longest,
        `${progress.busy.length} objects wait for a call that another process is making for another score of theirs`,
      );
    }
    await sleep(this.#options.random() * Math.min(MAX_BUSY_WAIT_MS, longest), progress.signal);
    progress.queue.requeue(progress.busy.map(({ row }) => row));
    progress.busy = [];
  }

  async #estimateBacklog(scores: number): Promise<void> {
    const { work, now } = this.#options;
    const at = now();
    if (Math.abs(at - this.#backlogEstimate.at) < BACKLOG_ESTIMATE_TTL_MS) return;
    this.#backlogEstimate = { at, scores: (await work.pending(at, GRACE_MS)).length * scores };
  }
}

/** If the calls are used up, only a backfilled stem waits; the night's stems continue. */
const isOfBackfill = ({ own }: Load) => own.some(({ isBackfilled }) => isBackfilled);
