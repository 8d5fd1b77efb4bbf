import { isDone } from '@lvra/core';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import type { WorkQueue } from '../work/work-queue.js';
import { AnnotatedCounts } from './annotated-counts.js';
import type { CallBudget, CallsLeft } from './call-budget.js';
import type { AnnotationScores } from './scores.js';

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
export interface Sendable extends Sent {
  /** The greatest provenance ID when it was found to be the newest of its object. */
  readonly seen: bigint;
}

interface AnnotationRow {
  accepted_ID: bigint | null;
  sending_ID: bigint | null;
  sender: string | null;
}

/** A call about to be made. All times in ms since 1970. */
export interface Call {
  /** Unique among the calls of running processes. */
  readonly sender: string;
  readonly now: number;
  /** By then Lasair has taken the call, or never will. */
  readonly until: number;
}

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
  readonly #statements;

  constructor(database: Database, history: AnnotationScores, budget: CallBudget) {
    this.#database = database;
    this.#history = history;
    this.#budget = budget;
    this.#counts = new AnnotatedCounts(database);
    const ofObject = 'WHERE vra = @vra AND diaObjectId = @object';
    this.#statements = {
      take: database.prepare(
        `INSERT INTO annotation (vra, diaObjectId, sending_ID, sender, sending_until)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (vra, diaObjectId) DO UPDATE SET
           doubt_until = CASE WHEN sending_until > ? THEN max(sending_until, doubt_until) ELSE doubt_until END,
           sending_ID = excluded.sending_ID, sender = excluded.sender, sending_until = excluded.sending_until
         WHERE sending_ID = excluded.sending_ID OR max(sending_until, doubt_until) <= ?`,
      ),
      blockedUntil: database
        .prepare<[Record<string, unknown>], bigint>(
          `SELECT max(sending_until, doubt_until) FROM annotation ${ofObject}`,
        )
        .pluck(),
      shorten: database.prepare(
        `UPDATE annotation SET sending_until = min(sending_until, @until), doubt_until = min(doubt_until, @until) ${ofObject}`,
      ),
      read: database.prepare<[Record<string, unknown>], AnnotationRow>(
        `SELECT accepted_ID, sending_ID, sender FROM annotation ${ofObject}`,
      ),
      taken: database.prepare(
        `UPDATE annotation SET accepted_ID = sending_ID, sending_until = 0
         WHERE vra = ? AND diaObjectId = ? AND sending_ID = ? AND sender = ?`,
      ),
      over: database.prepare(`UPDATE annotation SET sending_until = 0 ${ofObject}`),
      doubt: database.prepare(
        `UPDATE annotation SET doubt_until = max(doubt_until, @doubtUntil),
           sending_until = CASE sender WHEN @sender THEN 0 ELSE sending_until END ${ofObject}`,
      ),
      unsettle: database.prepare(
        `UPDATE annotation SET accepted_ID = NULL, sending_ID = NULL, sender = NULL,
           doubt_until = max(doubt_until, @doubtUntil) ${ofObject}`,
      ),
      accept: database.prepare(
        `INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, 'accepted', ?)
         ON CONFLICT (provenance_ID) DO UPDATE SET outcome = 'accepted', at = excluded.at, detail = NULL WHERE outcome <> 'accepted'`,
      ),
      forgetOutcome: database.prepare('DELETE FROM annotation_outcome WHERE provenance_ID = ?'),
      stemOf: database.prepare<[bigint], string>('SELECT stem FROM provenance WHERE ID = ?').pluck(),
    };
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
  ): Reservation<Row> {
    return writeTransaction(this.#database, () => {
      const calls = this.#budget.state(call.now, callsPerHour, keep);
      if (calls.waitMs > 0) return { reserved: [], superseded: [], busy: [], calls };
      const reserved: Row[] = [];
      const superseded: Row[] = [];
      const busy: { row: Row; waitMs: number }[] = [];
      const greatest = this.#history.greatestId();
      const isSuperseded = (row: Row) => greatest > row.seen && this.#isSuperseded(work.vra, row, refusedVersion);
      for (const row of rows) {
        if (isSuperseded(row)) superseded.push(row);
        else if (this.#take(work.vra, row, call)) reserved.push(row);
        else busy.push({ row, waitMs: this.#wait(work.vra, row, call) });
      }
      for (const row of fillers) {
        if (isSuperseded(row)) superseded.push(row);
        else if (this.#isFree(work.vra, row, call) && this.#take(work.vra, row, call)) reserved.push(row);
      }
      if (reserved.length === 0) return { reserved, superseded, busy, calls };
      this.#budget.count(call.now, reserved.length);
      return { reserved, superseded, busy, calls: { ...calls, left: calls.left - 1 } };
    });
  }

  #isSuperseded(vra: string, row: Sendable, refusedVersion: string | undefined): boolean {
    if (!this.#history.hasNewerThan(vra, row.diaObjectId, row.seen)) return false;
    return this.#history.newest(vra, row.diaObjectId, refusedVersion) !== row.id;
  }

  #take(vra: string, row: Sent, { sender, now, until }: Call): boolean {
    return this.#statements.take.run(vra, row.diaObjectId, row.id, sender, until, now, now).changes > 0;
  }

  #isFree(vra: string, row: Sent, { now }: Call): boolean {
    const blockedUntil = this.#statements.blockedUntil.get({ vra, object: row.diaObjectId });
    return blockedUntil === undefined || Number(blockedUntil) <= now;
  }

  /** A reservation that ends later than one made now is from before the clock was set back: it is cut to one made now. */
  #wait(vra: string, row: Sent, { now, until }: Call): number {
    const object = row.diaObjectId;
    const blockedUntil = Number(this.#statements.blockedUntil.get({ vra, object }));
    if (blockedUntil <= until) return blockedUntil - now;
    this.#statements.shorten.run({ vra, object, until });
    return until - now;
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
  ): { accepted: Row[]; unsettled: number } {
    const doubtUntil = now + (call.until - call.now);
    return writeTransaction(this.#database, () => {
      const accepted: Row[] = [];
      let unsettled = 0;
      for (const row of rows) {
        if (end === 'taken' && this.#isTaken(work.vra, row, call)) {
          if (this.#statements.accept.run(row.id, now).changes > 0) accepted.push(row);
          continue;
        }
        const of = { vra: work.vra, object: row.diaObjectId };
        const held = this.#statements.read.get(of)!;
        const isSame = held.sending_ID === row.id;
        if (isSame && end === 'unanswered') this.#statements.doubt.run({ ...of, sender: call.sender, doubtUntil });
        else if (isSame && held.sender === call.sender) this.#statements.over.run(of);
        else if (!isSame && end !== 'refused') {
          this.#invalidateAccepted(work, of, held.accepted_ID, end === 'unanswered' ? doubtUntil : 0);
          unsettled++;
        }
      }
      const ofTheNight = accepted.filter(({ isBackfilled }) => !isBackfilled);
      this.#counts.add(work.vra, now, ofTheNight);
      return { accepted, unsettled };
    });
  }

  /** Records that Lasair took the row, if the reservation of this call still holds. */
  #isTaken(vra: string, { id, diaObjectId }: Sent, { sender }: Call): boolean {
    return this.#statements.taken.run(vra, diaObjectId, id, sender).changes > 0;
  }

  /** Forgets what is recorded of an object: it is unknown which score of it Lasair holds. */
  #invalidateAccepted(
    work: WorkQueue,
    of: { vra: string; object: bigint },
    acceptedId: bigint | null,
    doubtUntil: number,
  ) {
    this.#statements.unsettle.run({ ...of, doubtUntil });
    if (acceptedId !== null) this.#open(work, acceptedId);
  }

  /** Reopens a score: it is sent again if it is the newest of its object. */
  #open(work: WorkQueue, id: bigint): void {
    this.#statements.forgetOutcome.run(id);
    const stem = this.#statements.stemOf.get(id) as string;
    const status = work.status(stem);
    if (status !== undefined && isDone(status)) work.retry(stem, true);
  }
}
