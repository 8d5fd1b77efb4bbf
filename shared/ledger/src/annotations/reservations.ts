import { isDone } from '@lvra/core';
import type { Database, Writing } from '../database.js';
import { Insert, statement, valueQuestion } from '../statements.js';
import type { WorkQueue } from '../work/work-queue.js';
import { AnnotatedCounts } from './annotated-counts.js';
import { AnnotationRows, type Call } from './annotation-rows.js';
import type { CallBudget, CallsLeft } from './call-budget.js';
import type { AnnotationScores, Planned } from './scores.js';

/** A score that is or was sent. */
export interface Sent {
  /** Of its provenance row. */
  readonly id: bigint;
  readonly diaObjectId: bigint;
  /** When Kafka received its alert, ms since 1970; undefined if unknown. */
  readonly receivedMs?: number | undefined;
  /** It counts neither as an alert of the night nor as a late one. */
  readonly isBackfilled?: boolean;
}

/** A score that is to be sent. */
export interface Sendable extends Sent, Planned {}

/** How a call ended, as far as the sender knows. */
export type CallEnd =
  /** Lasair took every row. */
  | 'taken'
  /** Lasair answered and refused: it may have taken some rows, and the call is not in flight any more. */
  | 'refused-midway'
  /** Lasair took no row and never will. */
  | 'refused'
  /** No clear answer: it may have taken the rows, or may yet take them. */
  | 'unanswered';

export interface Reservation<Row> {
  /** The rows that may be sent now; no other score of their objects is sent until the call ends. */
  readonly reserved: readonly Row[];
  /** Rows that are not the newest of their object any more. */
  readonly superseded: readonly Row[];
  /** Rows of whose object another score is in flight, for `waitMs` at most. */
  readonly busy: readonly { readonly row: Row; readonly waitMs: number }[];
  /** The budget after this call; if none was left, nothing is reserved. */
  readonly calls: CallsLeft;
}

/** What a call is made under. */
export interface Terms {
  /** Scores of this model version are never annotated. */
  readonly refusedVersion?: string | undefined;
  readonly callsPerHour: number;
  /** How many calls of the hour are left for others; none by default. */
  readonly keep?: number;
}

/** Changes no object of which another row, or a later call, was reserved since. */
const TAKEN = new Insert(
  'annotation',
  { vra: 'text', diaObjectId: 'integer', accepted_ID: 'integer', sending_ID: 'integer', sender: 'text' },
  `(vra, diaObjectId) DO UPDATE SET accepted_ID = excluded.accepted_ID, sending_until = 0
   WHERE annotation.sending_ID = excluded.sending_ID AND annotation.sender = excluded.sender`,
  ['vra', 'diaObjectId'],
);
const ACCEPTED = valueQuestion<bigint>(
  "SELECT provenance_ID FROM annotation_outcome WHERE provenance_ID IN @ids AND outcome = 'accepted'",
);
const ACCEPT = new Insert(
  'annotation_outcome',
  { provenance_ID: 'integer', outcome: 'text', at: 'integer' },
  '(provenance_ID) DO UPDATE SET outcome = excluded.outcome, at = excluded.at, detail = NULL',
);
const FORGET = statement('DELETE FROM annotation_outcome WHERE provenance_ID IN @ids');
const STEMS_OF = valueQuestion<string>('SELECT DISTINCT stem FROM provenance WHERE ID IN @ids');

/**
 * Which score of an object may be sent, and which one Lasair holds.
 *
 * Lasair keeps the last annotation of an object that reaches it. So two different scores of an object must never be in
 * flight at once, as it could not be told which came last:
 *
 * 1. `reserve` names the row that is sent next. It must be the newest of its object, and no call with another row of the
 *    object may be in flight (`sending_until`) or unanswered (`doubt_until`). The same row may be sent again at any time.
 * 2. The call is made, unless the reservation has expired.
 * 3. `finish` records the result. A sender that was stopped for longer than its reservation may find that another row
 *    was reserved since. Then it is unknown which of the two Lasair holds: the accepted one is forgotten and its stem
 *    reopened in the same transaction, so that it is sent again.
 *
 * The reservation of a killed sender expires. Its row has no outcome, so its stem is pending, and the next attempt sends
 * the object's newest score.
 *
 * This rests on one assumption: a call reaches Lasair before its reservation expires, or its sender lives to call `finish`.
 */
export class Reservations {
  readonly #database: Database;
  readonly #history: AnnotationScores;
  readonly #budget: CallBudget;
  readonly #counts: AnnotatedCounts;

  constructor(database: Database, history: AnnotationScores, budget: CallBudget) {
    this.#database = database;
    this.#history = history;
    this.#budget = budget;
    this.#counts = new AnnotatedCounts(database);
  }

  /**
   * Reserves the objects of rows for a call, and one call of the hour's budget. The rows may be of several stems.
   *
   * @param fillers rows of other stems to send along; left out if any call, even with the same row, may be in flight for
   *   their object
   */
  reserve<Row extends Sendable>(
    work: WorkQueue,
    rows: readonly Row[],
    call: Call,
    { refusedVersion, callsPerHour, keep }: Terms,
    fillers: readonly Row[] = [],
  ): Promise<Reservation<Row>> {
    return this.#database.writing(async (tx) => {
      const calls = await this.#budget.state(call.now, callsPerHour, keep, tx);
      if (calls.waitMs > 0) return { reserved: [], superseded: [], busy: [], calls };
      const all = [...rows, ...fillers];
      const gaveWay = await this.#history.superseded(tx, work.vra, all, refusedVersion);
      const objects = await AnnotationRows.read(tx, work.vra, objectsOf(all));
      const reserved: Row[] = [];
      const busy: { row: Row; waitMs: number }[] = [];
      for (const row of rows) {
        if (gaveWay.has(row)) continue;
        if (objects.reserve(row, call)) reserved.push(row);
        else busy.push({ row, waitMs: objects.waitMs(row, call) });
      }
      for (const row of fillers) {
        if (!gaveWay.has(row) && objects.isFree(row, call) && objects.reserve(row, call)) reserved.push(row);
      }
      await objects.write(tx, work.vra);
      const superseded = all.filter((row) => gaveWay.has(row));
      if (reserved.length === 0) return { reserved, superseded, busy, calls };
      await this.#budget.count(tx, call.now, reserved.length);
      return { reserved, superseded, busy, calls: { ...calls, left: calls.left - 1 } };
    });
  }

  /**
   * Records how a call ended.
   *
   * @param now when it ended; an unanswered call may take as long again as it was reserved for
   * @returns the rows that are now accepted, and how many objects must be sent again because another
   *   score of theirs was sent after this call's reservation had expired
   */
  finish<Row extends Sent>(
    work: WorkQueue,
    rows: readonly Row[],
    call: Call,
    end: CallEnd,
    now: number,
  ): Promise<{ accepted: Row[]; unsettled: number }> {
    return this.#database.writing(async (tx) => {
      const taken = end === 'taken' ? await this.#recordTaken(tx, work.vra, rows, call) : new Set<Row>();
      const accepted = await this.#accept(tx, [...taken], now);
      const others = rows.filter((row) => !taken.has(row));
      const unsettled = await this.#release(tx, work, others, call, end, now);
      const ofTheNight = accepted.filter(({ isBackfilled }) => !isBackfilled);
      await this.#counts.add(tx, work.vra, now, ofTheNight);
      return { accepted, unsettled };
    });
  }

  /** Records what Lasair took. @returns the rows whose reservation by this call still holds */
  async #recordTaken<Row extends Sent>(
    tx: Writing,
    vra: string,
    rows: readonly Row[],
    { sender }: Call,
  ): Promise<Set<Row>> {
    const taken = await tx.each(
      TAKEN,
      rows.map(({ id, diaObjectId }) => [vra, diaObjectId, id, id, sender]),
    );
    if (taken === rows.length) return new Set(rows);
    const objects = await AnnotationRows.read(tx, vra, objectsOf(rows));
    return new Set(
      rows.filter(({ id, diaObjectId }) => {
        const held = objects.get(diaObjectId);
        return held.sendingId === id && held.sender === sender;
      }),
    );
  }

  /** Ends the reservations of rows that are not recorded as taken. @returns how many objects must be sent again */
  async #release(
    tx: Writing,
    work: WorkQueue,
    rows: readonly Sent[],
    call: Call,
    end: CallEnd,
    now: number,
  ): Promise<number> {
    if (rows.length === 0) return 0;
    const mayArriveUntil = end === 'unanswered' ? now + (call.until - call.now) : 0;
    const objects = await AnnotationRows.read(tx, work.vra, objectsOf(rows));
    const forgotten: bigint[] = [];
    let unsettled = 0;
    for (const { id, diaObjectId } of rows) {
      const held = objects.get(diaObjectId);
      const isSame = held.sendingId === id;
      const isOurs = held.sender === call.sender;
      const doubtUntil = Math.max(held.doubtUntil, mayArriveUntil);
      if (isSame && end === 'unanswered') {
        objects.set({ ...held, doubtUntil, sendingUntil: isOurs ? 0 : held.sendingUntil });
      } else if (isSame && isOurs) objects.set({ ...held, sendingUntil: 0 });
      else if (!isSame && end !== 'refused') {
        // It is unknown which score of the object Lasair holds.
        if (held.acceptedId !== null) forgotten.push(held.acceptedId);
        objects.set({ ...held, acceptedId: null, sendingId: null, sender: null, doubtUntil });
        unsettled++;
      }
    }
    await objects.write(tx, work.vra);
    await this.#open(tx, work, forgotten);
    return unsettled;
  }

  /** Records that Lasair took the rows. @returns those that it had not taken before */
  async #accept<Row extends Sent>(tx: Writing, rows: readonly Row[], now: number): Promise<Row[]> {
    if (rows.length === 0) return [];
    const known = new Set(await tx.all(ACCEPTED, { ids: rows.map(({ id }) => id) }));
    const accepted = rows.filter(({ id }) => !known.has(id) && known.add(id));
    await tx.each(
      ACCEPT,
      accepted.map(({ id }) => [id, 'accepted', now]),
    );
    return accepted;
  }

  /** Reopens scores: each is sent again if it is the newest of its object. */
  async #open(tx: Writing, work: WorkQueue, ids: readonly bigint[]): Promise<void> {
    if (ids.length === 0) return;
    await tx.run(FORGET, { ids });
    for (const stem of await tx.all(STEMS_OF, { ids })) {
      const status = await work.status(stem, tx);
      if (status !== undefined && isDone(status)) await work.reopen(tx, stem, true);
    }
  }
}

const objectsOf = (rows: readonly Sent[]) => rows.map(({ diaObjectId }) => diaObjectId);
