import { STATUS, type Stage, type StatusCode } from '@lvra/core';
import type { Database, Questions, Writing } from '../database.js';
import { Insert, statement, valueQuestion } from '../statements.js';
import { BackfillTurn } from './backfill-turn.js';
import { type Claim, ClaimCheck } from './claim.js';
import { type DeadLetter, DeadLetters } from './dead-letters.js';
import { PendingStems } from './pending-stems.js';
import { StagePause } from './stage-pause.js';
import { isPending, StatusColumn } from './status-column.js';
import { StemEventLog } from './stem-events.js';
import type { Wait } from './waits.js';

const CLAIM = valueQuestion<bigint>(
  `INSERT INTO work (stage, vra, stem, owner, lease_until, attempts) VALUES (@stage, @vra, @stem, @owner, @until, 1)
   ON CONFLICT (stage, vra, stem) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until,
     attempts = work.attempts + 1, next_attempt = 0
   RETURNING attempts`,
);
const RENEW = statement('UPDATE work SET lease_until = ? WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?');
const RELEASE = statement(
  `UPDATE work SET owner = NULL, lease_until = 0, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END,
     next_attempt = ?, waits_since = ?, error = ?
   WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?`,
);
const FAIL = statement(
  `UPDATE work SET owner = NULL, lease_until = 0, next_attempt = ?, waits_since = ?, error = ?, dead_at = ?
   WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?`,
);
const OWNERS = valueQuestion<string>(
  'SELECT DISTINCT owner FROM work WHERE stage = ? AND vra = ? AND owner IS NOT NULL',
);
const RELEASE_CLAIMS = statement(
  'UPDATE work SET owner = NULL, lease_until = 0 WHERE stage = @stage AND vra = @vra AND owner IN @owners',
);
const FORGET = statement('DELETE FROM work WHERE stage = ? AND vra = ? AND stem = ?');
const OBJECTS = valueQuestion<unknown>('SELECT DISTINCT diaObjectId FROM threshold_flags_provenance WHERE stem = ?');
const MAP_AGAIN = new Insert(
  'diaobjid_stems',
  { diaObjectId: 'integer', stem: 'text' },
  '(diaObjectId) DO UPDATE SET stem = excluded.stem WHERE excluded.stem > diaobjid_stems.stem',
);

/**
 * The work of one stage for one VRA: who has which stem, and what is left.
 *
 * A claim is a lease. Its holder renews it while it works; a holder that was killed loses it when it runs out.
 * Because a stopped process may wake after that, nothing here is trusted for correctness: every result is
 * recorded in a transaction that checks the status again.
 */
export class WorkQueue {
  readonly #database: Database;
  readonly #check: ClaimCheck;
  readonly #pending: PendingStems;
  readonly #status: StatusColumn;
  readonly #backfill: BackfillTurn;
  readonly #events: StemEventLog;
  readonly #pause: StagePause;
  readonly #dead: DeadLetters;

  constructor(
    database: Database,
    readonly stage: Stage,
    readonly vra: string,
  ) {
    this.#database = database;
    this.#check = new ClaimCheck(stage, vra);
    this.#pending = new PendingStems(stage, vra);
    this.#status = new StatusColumn(stage, vra);
    this.#backfill = new BackfillTurn(stage, vra);
    this.#events = new StemEventLog(database);
    this.#pause = new StagePause(database, stage, vra);
    this.#dead = new DeadLetters(stage, vra);
  }

  /** Where the ledger is, for people, and whether other hosts may use it too. */
  get ledger(): Pick<Database, 'name' | 'isOnServer'> {
    return this.#database;
  }

  /**
   * Claims a stem for `owner` until `now + leaseMs`, if it is free.
   *
   * A lease or a waiting time that is longer than any can be, or that began in the future, is from before the clock was set
   * back, and is ignored. Times of other processes may be ahead of `now` by up to a lease: it was read before waiting for
   * the ledger's lock, and clocks differ.
   */
  async claim(stem: string, owner: string, now: number, leaseMs: number): Promise<Claim> {
    // Checked without the lock first: when several replicas sweep, all but one come too late for each stem.
    const refused = await this.#check.refusal(this.#database, stem, now, leaseMs);
    if (refused) return refused;
    return this.#database.writing(async (tx) => {
      const refusedNow = await this.#check.refusal(tx, stem, now, leaseMs);
      if (refusedNow) return refusedNow;
      const { stage, vra } = this;
      const attempt = await tx.get(CLAIM, { stage, vra, stem, owner, until: now + leaseMs });
      return { kind: 'claimed', attempt: Number(attempt) };
    });
  }

  /** Renews a claim. @returns false if it is lost */
  async renew(stem: string, owner: string, now: number, leaseMs: number): Promise<boolean> {
    const { stage, vra } = this;
    return (await this.#database.writing((tx) => tx.run(RENEW, now + leaseMs, stage, vra, stem, owner))) > 0;
  }

  /** Releases the claims of dead processes; the attempts that they began count. */
  async releaseClaimsOf(isDeadProcess: (owner: string) => boolean): Promise<void> {
    const { stage, vra } = this;
    const owners = (await this.#database.all(OWNERS, stage, vra)).filter(isDeadProcess);
    if (owners.length > 0) await this.#database.writing((tx) => tx.run(RELEASE_CLAIMS, { stage, vra, owners }));
  }

  /** Requeues a stem without counting the attempt; does nothing if the claim is lost. */
  release(stem: string, owner: string, { now, ms }: Wait, why: string | null, status?: StatusCode): Promise<void> {
    const { stage, vra } = this;
    return this.#database.writing(async (tx) => {
      const due = Math.round(now + ms);
      const released = await tx.run(RELEASE, due, Math.round(now), why, stage, vra, stem, owner);
      if (released > 0 && status !== undefined) await this.#status.write(tx, stem, status);
    });
  }

  /**
   * Records a failure: its status, the reason, and when to try again; `dueAt` undefined makes it a dead letter.
   * A stem that another process finished stays done; nothing is recorded if the claim is lost.
   */
  fail(
    stem: string,
    owner: string,
    failure: { status: StatusCode; message: string; dueAt: number | undefined; now: number; durationMs: number },
  ): Promise<void> {
    const { stage, vra } = this;
    const { status, message, dueAt, now, durationMs } = failure;
    return this.#database.writing(async (tx) => {
      const dead = dueAt === undefined ? now : null;
      const failed = await tx.run(FAIL, dueAt ?? 0, now, message, dead, stage, vra, stem, owner);
      if (failed === 0 || !(await this.#status.write(tx, stem, status))) return;
      await this.#events.append(tx, { stem, stage, vra, at: now, status, rows: 0, durationMs, detail: message });
    });
  }

  /**
   * Marks a stem as done, within the caller's transaction that records its result.
   *
   * @returns false if it is done already: the caller must then record nothing
   */
  async complete(
    tx: Writing,
    stem: string,
    result: { status: 1 | -1; rows: number; now: number; durationMs?: number; detail?: string },
  ): Promise<boolean> {
    const { status, rows, now: at, durationMs, detail } = result;
    if (!(await this.#status.write(tx, stem, status))) return false;
    await this.#leave(tx, stem);
    const { stage, vra } = this;
    await this.#events.append(tx, { stem, stage, vra, at, status, rows, durationMs, detail });
    return true;
  }

  /** Nothing more is to be done here of a stem. */
  async #leave(tx: Writing, stem: string): Promise<void> {
    await tx.run(FORGET, this.stage, this.vra, stem);
    await this.#backfill.passed(tx, stem);
  }

  /**
   * Removes a stem from this stage's work: its status becomes NULL, as that of stems that were never meant for the VRA.
   * `retry` with force undoes it.
   *
   * @returns false if it is done, or was not this stage's to do
   */
  excludeStem(stem: string, now: number, detail: string): Promise<boolean> {
    return this.#database.writing((tx) => this.exclude(tx, stem, now, detail));
  }

  /** The same, within the caller's transaction. */
  async exclude(tx: Writing, stem: string, now: number, detail: string): Promise<boolean> {
    if (!(await this.#status.exclude(tx, stem))) return false;
    await this.#leave(tx, stem);
    await this.#note(tx, stem, now, detail);
    return true;
  }

  async #note(tx: Writing, stem: string, at: number, detail: string): Promise<void> {
    const { stage, vra } = this;
    await this.#events.append(tx, { stem, stage, vra, at, status: STATUS.initialised, rows: 0, detail });
  }

  /**
   * Sets the status of every stem that waits here, so that an operator sees why.
   *
   * @returns how many were changed
   */
  setStatusOfPending(status: StatusCode, now: number, leaseMs: number): Promise<number> {
    return this.#database.writing(async (tx) =>
      this.#status.writeAll(tx, await this.pending(now, leaseMs, undefined, tx), status),
    );
  }

  /**
   * The stems that this stage could claim now, oldest first, without those of a backfill.
   *
   * @param leaseMs with 0 no lease counts: stems that other processes work on are included
   */
  pending(now: number, leaseMs: number, limit = 10_000, ask: Questions = this.#database): Promise<string[]> {
    return this.#pending.ask(ask, 'oldest', now, leaseMs, limit);
  }

  /** The same, newest first. */
  newestPending(now: number, leaseMs: number, limit: number): Promise<string[]> {
    return this.#pending.ask(this.#database, 'newest', now, leaseMs, limit);
  }

  /** The oldest stem of a backfill that this stage could claim now. */
  nextBackfilled(now: number, leaseMs: number): Promise<string | undefined> {
    return this.#pending.nextBackfilled(this.#database, now, leaseMs);
  }

  /** Whether a stem waits here as one of a backfill: it is opened when it is its turn. */
  isBackfilled(stem: string): Promise<boolean> {
    return this.#backfill.has(this.#database, stem);
  }

  /** Opens a stem of a backfill, to be claimed; its row of the backfill keeps its previous status. */
  beginBackfilled(stem: string): Promise<void> {
    return this.#database.writing(async (tx) => {
      const code = await this.#status.read(tx, stem);
      if (isPending(code)) return;
      if (await this.#backfill.begin(tx, stem, code)) await this.reopen(tx, stem, true);
      // The Python pipeline may have done it since.
      else await this.#backfill.passed(tx, stem);
    });
  }

  /** The stem's status now; undefined where it is not registered. */
  status(stem: string, ask: Questions = this.#database): Promise<number | undefined> {
    return this.#status.read(ask, stem);
  }

  /**
   * Opens a stem for another round of attempts, at once.
   *
   * @param force also a stem that is done, or was not meant for the VRA; also restores objects that diaobjid_stems has lost
   * @param by who asks for it, for the stem's history
   * @returns false if there was nothing to do
   */
  retry(stem: string, force: boolean, by?: { readonly name: string; readonly now: number }): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      if (!(await this.reopen(tx, stem, force))) return false;
      if (by) await this.#note(tx, stem, by.now, `tried again: ${by.name}`);
      return true;
    });
  }

  /** The same, within the caller's transaction. */
  async reopen(tx: Writing, stem: string, force: boolean): Promise<boolean> {
    const code = await this.#status.read(tx, stem);
    if (!isPending(code) && !(force && (await this.#status.reopen(tx, stem)))) return false;
    if (force && this.stage === 'feature') {
      const ids = (await tx.all(OBJECTS, stem)).filter((id) => typeof id === 'bigint');
      await tx.each(
        MAP_AGAIN,
        ids.map((id) => [id, stem]),
      );
    }
    await tx.run(FORGET, this.stage, this.vra, stem);
    return true;
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#dead.ask(this.#database);
  }

  /** Makes the stage wait in every replica. */
  pause(wait: Wait, reason: string): Promise<void> {
    return this.#pause.begin(wait, reason);
  }

  /** Ends the pause in every replica, once its cause is fixed. */
  resume(): Promise<void> {
    return this.#pause.end();
  }

  /** The pause in force, if there is one. */
  paused(now: number): Promise<{ until: number; reason: string } | undefined> {
    return this.#pause.inForce(now);
  }

  /** Writes something that changes nothing, to see whether the ledger can be written. */
  probe(): Promise<void> {
    return this.#database.probe();
  }

  /** Does what commits would have to do sooner or later, while the stage is idle. */
  tidy(): Promise<void> {
    return this.#database.tidy();
  }
}
