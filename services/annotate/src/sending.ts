import { RetryLater, StemFailed } from '@lvra/shared/errors';
import type { Outcomes } from '@lvra/shared/ledger/annotations';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { WorkLedger } from '@lvra/shared/ledger/work';
import type { Logger } from '@lvra/shared/observe/log';
import type { Metrics } from '@lvra/shared/observe/metrics';
import { sleep } from '@lvra/shared/sleep';
import { STATUS } from '@lvra/shared/status';
import type { Method, Verdict } from './answer.js';
import { EndedCalls } from './ended-calls.js';
import { type Errand, type Load, nextLoad, type Progress } from './errand.js';
import { keptForNew } from './kept-calls.js';
import { type ListLimits, nextListSize } from './list-size.js';
import { Patience } from './patience.js';
import { backfillWaits, budgetUsedUp, pauseFor } from './pauses.js';
import { SendQueue } from './send-queue.js';
import type { SendableScore } from './sift.js';

/** Whatever takes the calls: Lasair, as the client speaks to it. */
export interface Receiver {
  send(method: Method, annotations: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<Verdict>;
}

export interface SendingOptions {
  readonly ledger: Ledger;
  readonly work: WorkLedger;
  readonly receiver: Receiver;
  readonly topic: string;
  readonly refusedVersion: string | undefined;
  readonly endpoint: string;
  /** Where the token is, in words. */
  readonly tokenFrom: string;
  readonly limits: ListLimits & { readonly callsPerHour: number; readonly timeoutMs: number };
  /** Names this process in the ledger. */
  readonly owner: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/** How long after the end of a call's time Lasair may still be busy with it. */
const GRACE_MS = 30_000;

/** A Lasair without lists is asked for them again after this time: it may have been a page of the server before it. */
const NO_LISTS_MS = 60_000;

/** How often to look again whether the call of another replica for the same object has ended. */
const MOST_LOOKS = 8;
const LONGEST_LOOK_MS = 1_000;

/** How long a count of what waits in other stems holds. */
const LOOK_AROUND_MS = 5_000;

/** With so many refused and none taken, it is not the rows. */
const REFUSED_WITHOUT_SUCCESS = 20;

/** Sends the annotations of one stem after the other: reserve, call, finish, as `Reservations` explains. */
export class Sending {
  readonly #options: SendingOptions;
  readonly #ended: EndedCalls;
  #listSize: number;
  /** What is in front of Lasair lets through no longer list than this. */
  #longestList = Number.POSITIVE_INFINITY;
  #noListsUntil = 0;
  #waitsInARow = 0;
  #calls = 0;
  /** How many scores wait in other stems, if those are like this one; counted now and then. */
  #elsewhere = { at: Number.NEGATIVE_INFINITY, scores: 0 };

  constructor(options: SendingOptions) {
    this.#options = options;
    this.#ended = new EndedCalls(options);
    this.#listSize = options.limits.first;
  }

  /**
   * Records the calls whose end the ledger took no record of; to be done before asking what is still to be sent.
   *
   * @throws what the ledger throws
   */
  recordEnded(): void {
    this.#ended.recordLate();
  }

  /**
   * Sends the scores and records those that Lasair takes.
   *
   * @returns what became of the others, and of those that went along
   * @throws RetryLater, StagePaused, StemFailed; what was taken is recorded all the same
   */
  async send(errand: Errand, signal: AbortSignal): Promise<Outcomes> {
    const { scores, fillers } = errand;
    const queue = new SendQueue(scores);
    const patience = new Patience(this.#options.random);
    const none = { calls: 0, busy: [], looks: 0, accepted: 0, refused: 0 };
    const progress: Progress = { errand, queue, patience, signal, fillers, outcomes: new Map(), ...none };
    this.#lookAround(scores.length);
    for (;;) {
      if (signal.aborted) throw new RetryLater(0, 'the service is stopping; what Lasair took is recorded');
      const hasLists = this.#options.now() >= this.#noListsUntil;
      const load = nextLoad(progress, hasLists ? Math.min(this.#listSize, this.#longestList) : 1);
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
    const reservation = ledger.annotations.reservations.reserve(work, load.own, call, terms, load.fillers);
    const { reserved, superseded, busy, calls } = reservation;
    if (calls.waitMs > 0) throw isOfBackfill(load) ? backfillWaits(calls) : budgetUsedUp(calls, callsPerHour);
    for (const { id } of superseded) progress.outcomes.set(id, { outcome: 'superseded' });
    progress.busy.push(...busy);
    if (reserved.length === 0) return;

    const annotations = reserved.map(({ json }) => json);
    const clock = performance.now();
    // The process may have been stopped since; a call must not reach Lasair when another sender has the object.
    const timeLeft = Math.min(begun + limits.timeoutMs - now(), limits.timeoutMs);
    const verdict: Verdict =
      timeLeft > 0
        ? await receiver.send(method, annotations, timeLeft, progress.signal)
        : { kind: 'failed', end: 'refused', words: 'this process was stopped for longer than a call may take' };
    progress.accepted += this.#ended.record({ rows: reserved, call, end: verdict.end, at: now() });

    const { left, annotationsPerHour: perHour } = calls;
    const waiting = progress.queue.size + this.#elsewhere.scores;
    if (method === 'annotatelist') {
      const scores = progress.errand.scores.length;
      const traffic = { tookMs: performance.now() - clock, scores, waiting, perHour, callsLeft: left, callsPerHour };
      this.#listSize = nextListSize(this.#listSize, limits, traffic);
    }
    await this.#goOn(verdict, reserved, load.failures, progress);
  }

  /** Decides what comes next. */
  async #goOn(verdict: Verdict, sent: readonly SendableScore[], failures: number, progress: Progress): Promise<void> {
    const { topic, endpoint, tokenFrom, now, log } = this.#options;
    const pause = pauseFor(verdict, { topic, endpoint, tokenFrom, waitsBefore: this.#waitsInARow });
    if (pause) {
      if (verdict.kind === 'throttled' || verdict.kind === 'failed') this.#waitsInARow++;
      throw pause;
    }
    const { queue, patience } = progress;
    const isOwn = ({ stem }: SendableScore) => stem === progress.errand.stem;
    const rows = sent.filter(isOwn);
    const along = sent.filter((row) => !isOwn(row));
    const isRefused = verdict.kind === 'item-refused';
    const hasFailed = verdict.kind === 'failed' || (verdict.kind === 'too-long' && sent.length === 1);
    if (isRefused || hasFailed) this.#goOnAlone(along, progress);
    if (hasFailed) {
      const isSuspect = verdict.mayBeAnItem === true && along.length === 0;
      return this.#tryAgain(verdict, rows, isSuspect ? failures + 1 : failures, progress);
    }
    this.#waitsInARow = 0;
    patience.afterAnswer();
    if (verdict.kind === 'no-lists') {
      log.warn(`${endpoint} takes no lists (${verdict.words}); annotating goes on one by one`);
      this.#noListsUntil = now() + NO_LISTS_MS;
    } else if (verdict.kind === 'too-long') {
      log.warn(`${sent.length} annotations are too long a call (${verdict.words}); lists are made shorter`);
      this.#longestList = Math.floor(sent.length / 2);
    } else if (isRefused) {
      if (along.length > 0) queue.putBack(rows);
      else if (rows.length > 1) queue.putBackInHalves(rows);
      else this.#reject(rows, verdict, progress);
      return;
    } else return;
    queue.putBack(rows);
    progress.fillers?.putBack(along);
  }

  /**
   * Where a call came to nothing, the stem in hand goes on alone, before anything else is made of it: it must not suffer
   * for others that went along, nor they for it.
   */
  #goOnAlone(along: readonly SendableScore[], progress: Progress): void {
    progress.fillers?.avoid(new Set(along.map(({ stem }) => stem)));
    progress.fillers = undefined;
  }

  #reject(rows: readonly SendableScore[], { words }: Verdict, progress: Progress): void {
    const { log, work } = this.#options;
    for (const { id } of rows) progress.outcomes.set(id, { outcome: 'rejected', detail: words });
    log.warn(
      { stem: progress.errand.stem, vra: work.vra, rows: rows.map(({ id }) => String(id)) },
      `Lasair refused an annotation: ${words}`,
    );
    progress.refused += rows.length;
    if (progress.refused < REFUSED_WITHOUT_SUCCESS || progress.accepted > 0) return;
    throw new StemFailed(
      STATUS.lasairRefused,
      `Lasair refused all of the first ${progress.refused} annotations (${words}): ` +
        'compare what it asks for with what is sent, `lvra run --dry-run` shows it',
    );
  }

  /** Puts the rows behind the others and waits; the longer it lasts, the longer. */
  async #tryAgain(
    { words }: Verdict,
    rows: readonly SendableScore[],
    failures: number,
    progress: Progress,
  ): Promise<void> {
    const { queue, patience, signal, errand } = progress;
    const { log, work } = this.#options;
    const { stem } = errand;
    queue.putLast(rows, failures);
    if (signal.aborted) return;
    const waitMs = patience.afterFailure();
    if (waitMs === undefined) {
      throw new RetryLater(
        patience.longRest(),
        `Lasair does not take annotations (${words}), nor did it in the calls before; ${queue.size} are left and wait`,
      );
    }
    log.warn({ stem, vra: work.vra, rows: rows.length, waitMs }, `a call to Lasair failed: ${words}`);
    await sleep(waitMs, signal);
  }

  /** Looks a few times whether calls of others for the same objects have ended. */
  async #waitForOthers(progress: Progress): Promise<void> {
    const longest = Math.max(...progress.busy.map(({ waitMs }) => waitMs));
    if (progress.looks++ >= MOST_LOOKS) {
      throw new RetryLater(
        longest,
        `${progress.busy.length} objects wait for the end of a call that another process made for another score of theirs`,
      );
    }
    await sleep(this.#options.random() * Math.min(LONGEST_LOOK_MS, longest), progress.signal);
    progress.queue.putBack(progress.busy.map(({ row }) => row));
    progress.busy = [];
  }

  #lookAround(scores: number): void {
    const { work, now } = this.#options;
    const at = now();
    if (Math.abs(at - this.#elsewhere.at) < LOOK_AROUND_MS) return;
    this.#elsewhere = { at, scores: work.pending(at, GRACE_MS).length * scores };
  }
}

/** If the calls are used up such a stem alone waits: the stage goes on with those of the night. */
const isOfBackfill = ({ own }: Load) => own.some(({ isBackfilled }) => isBackfilled);
