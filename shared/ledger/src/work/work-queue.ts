import { isDone, STATUS, type Stage, type StatusCode, UPSTREAM } from '@lvra/core';
import { checkpoint } from '../sqlite/checkpoint.js';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import { columnOf, isPending, STATUS_TABLE, StatusColumn } from '../sqlite/status-columns.js';
import { IS_BACKFILLED } from './backfill.js';
import { BackfillTurn } from './backfill-turn.js';
import type { Claim, DeadLetter } from './claim.js';
import { StemEventLog } from './stem-events.js';

interface WorkRow {
  owner: string | null;
  lease_until: bigint;
  attempts: bigint;
  next_attempt: bigint;
  waits_since: bigint | null;
  dead_at: bigint | null;
}

/** A time to wait: `ms` from `now`, which is in ms since 1970. */
export interface Wait {
  readonly now: number;
  readonly ms: number;
}

/** The longest that a failed stem waits for its next attempt. */
export const LONGEST_BACKOFF_MS = 3_600_000;

/**
 * The work of one stage for one VRA: who has which stem, and what is left.
 *
 * A claim is a lease. Its holder renews it while it works; a holder that was killed loses it when it runs out.
 * Because a stopped process may wake after that, nothing here is trusted for correctness: every result is
 * recorded in a transaction that checks the status again.
 */
export class WorkQueue {
  readonly #status: StatusColumn;
  readonly #upstream: StatusColumn | undefined;
  readonly #events: StemEventLog;
  readonly #backfill: BackfillTurn;
  readonly #statements;

  constructor(
    readonly database: Database,
    readonly stage: Stage,
    readonly vra: string,
  ) {
    const upstream = UPSTREAM[stage];
    this.#status = new StatusColumn(database, stage, vra);
    this.#upstream = upstream && new StatusColumn(database, upstream, vra);
    this.#events = new StemEventLog(database);
    const column = columnOf(vra);
    // What the Python pipeline did since is not dead any more.
    const isOpen = `EXISTS (SELECT 1 FROM ${STATUS_TABLE[stage]} own WHERE own.stem = backfill.stem AND own.${column} NOT IN (1, -1))`;
    const free = (of: 'own' | 'backfill') =>
      `${upstream ? `JOIN ${STATUS_TABLE[upstream]} upstream ON upstream.stem = ${of}.stem AND upstream.${column} IN (1, -1)` : ''}
     LEFT JOIN work ON work.stage = @stage AND work.vra = @vra AND work.stem = ${of}.stem
     WHERE (work.dead_at IS NULL${of === 'own' ? '' : ` OR NOT ${isOpen}`})
       AND (coalesce(work.next_attempt, 0) NOT BETWEEN @now + 1 AND @now + ${LONGEST_BACKOFF_MS} OR work.waits_since > @now + @lease)
       AND coalesce(work.lease_until, 0) NOT BETWEEN @now + 1 AND @now + 2 * @lease`;
    const pending = (order: 'ASC' | 'DESC') =>
      `SELECT own.stem AS stem FROM ${STATUS_TABLE[stage]} own ${free('own')}
       AND own.${column} NOT IN (1, -1) AND NOT ${IS_BACKFILLED}
     ORDER BY own.stem ${order} LIMIT @limit`;
    this.#backfill = new BackfillTurn(database, stage, vra, free('backfill'));
    this.#statements = {
      read: database.prepare<[string, string, string], WorkRow>(
        'SELECT owner, lease_until, attempts, next_attempt, waits_since, dead_at FROM work WHERE stage = ? AND vra = ? AND stem = ?',
      ),
      claim: database
        .prepare<[Record<string, unknown>], bigint>(
          `INSERT INTO work (stage, vra, stem, owner, lease_until, attempts) VALUES (@stage, @vra, @stem, @owner, @until, 1)
         ON CONFLICT (stage, vra, stem) DO UPDATE SET owner = @owner, lease_until = @until, attempts = attempts + 1, next_attempt = 0
         RETURNING attempts`,
        )
        .pluck(),
      renew: database.prepare('UPDATE work SET lease_until = ? WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?'),
      release: database.prepare(
        `UPDATE work SET owner = NULL, lease_until = 0, attempts = max(attempts - 1, 0), next_attempt = ?, waits_since = ?, error = ?
         WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?`,
      ),
      fail: database.prepare(
        `UPDATE work SET owner = NULL, lease_until = 0, next_attempt = ?, waits_since = ?, error = ?, dead_at = ?
         WHERE stage = ? AND vra = ? AND stem = ? AND owner = ?`,
      ),
      owners: database
        .prepare<[string, string], string>(
          'SELECT DISTINCT owner FROM work WHERE stage = ? AND vra = ? AND owner IS NOT NULL',
        )
        .pluck(),
      releaseClaimsOf: database.prepare(
        'UPDATE work SET owner = NULL, lease_until = 0 WHERE stage = ? AND vra = ? AND owner = ?',
      ),
      forget: database.prepare('DELETE FROM work WHERE stage = ? AND vra = ? AND stem = ?'),
      pending: database.prepare<[Record<string, unknown>], { stem: string }>(pending('ASC')),
      newestPending: database.prepare<[Record<string, unknown>], { stem: string }>(pending('DESC')),
      mapAgain: database.prepare(
        `INSERT INTO diaobjid_stems (diaObjectId, stem)
         SELECT DISTINCT diaObjectId, stem FROM threshold_flags_provenance
         WHERE stem = ? AND typeof(diaObjectId) = 'integer'
         ON CONFLICT (diaObjectId) DO UPDATE SET stem = excluded.stem WHERE excluded.stem > diaobjid_stems.stem`,
      ),
      dead: database.prepare(
        `SELECT work.stem, attempts, error, dead_at FROM work
         JOIN ${STATUS_TABLE[stage]} own ON own.stem = work.stem AND own.${column} NOT IN (1, -1)
         WHERE stage = ? AND vra = ? AND dead_at IS NOT NULL ORDER BY work.stem`,
      ),
      pause: database.prepare(
        `INSERT INTO stage_pause (stage, vra, until, since, reason) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (stage, vra) DO UPDATE SET until = excluded.until, since = excluded.since, reason = excluded.reason`,
      ),
      resume: database.prepare('DELETE FROM stage_pause WHERE stage = ? AND vra = ?'),
      pausedUntil: database.prepare<[string, string], { until: bigint; since: bigint | null; reason: string }>(
        'SELECT until, since, reason FROM stage_pause WHERE stage = ? AND vra = ?',
      ),
    };
  }

  /**
   * Claims a stem for `owner` until `now + leaseMs`, if it is free.
   *
   * A lease or a waiting time that is longer than any can be, or that began in the future, is from before the clock was set
   * back, and is ignored. Times of other processes may be ahead of `now` by up to a lease: it was read before waiting for
   * the ledger's lock, and clocks differ.
   */
  claim(stem: string, owner: string, now: number, leaseMs: number): Claim {
    const refusal = () => this.#refusal(stem, now, leaseMs);
    // Checked without the lock first: when several replicas sweep, all but one come too late for each stem.
    return (
      refusal() ??
      writeTransaction(this.database, () => {
        const refused = refusal();
        if (refused) return refused;
        const { stage, vra } = this;
        const attempt = this.#statements.claim.get({ stage, vra, stem, owner, until: now + leaseMs });
        return { kind: 'claimed', attempt: Number(attempt) };
      })
    );
  }

  /** Why the stem cannot be claimed; undefined if it can. */
  #refusal(stem: string, now: number, leaseMs: number): Claim | undefined {
    const code = this.#status.read(stem);
    if (code === undefined) return { kind: 'not-ready' };
    if (isDone(code)) return { kind: 'done' };
    const upstreamCode = this.#upstream?.read(stem);
    if (this.#upstream && (upstreamCode === undefined || !isDone(upstreamCode))) return { kind: 'not-ready' };
    const row = this.#statements.read.get(this.stage, this.vra, stem);
    if (!row) return undefined;
    if (row.dead_at !== null) return { kind: 'dead' };
    const leased = Number(row.lease_until) - now;
    if (leased > 0 && leased <= 2 * leaseMs) return { kind: 'busy', waitMs: leased };
    const waits = Number(row.next_attempt) - now;
    if (waits > 0 && waits <= LONGEST_BACKOFF_MS && !(Number(row.waits_since) > now + leaseMs))
      return { kind: 'later', waitMs: waits };
    return undefined;
  }

  /** Renews a claim. @returns false if it is lost */
  renew(stem: string, owner: string, now: number, leaseMs: number): boolean {
    return this.#statements.renew.run(now + leaseMs, this.stage, this.vra, stem, owner).changes > 0;
  }

  /** Releases the claims of dead processes; the attempts that they began count. */
  releaseClaimsOf(isDeadProcess: (owner: string) => boolean): void {
    const gone = (this.#statements.owners.all(this.stage, this.vra) as string[]).filter(isDeadProcess);
    for (const owner of gone) this.#statements.releaseClaimsOf.run(this.stage, this.vra, owner);
  }

  /** Requeues a stem without counting the attempt; does nothing if the claim is lost. */
  release(stem: string, owner: string, { now, ms }: Wait, why: string | null, status?: StatusCode): void {
    writeTransaction(this.database, () => {
      const { release } = this.#statements;
      const due = Math.round(now + ms);
      const { changes } = release.run(due, Math.round(now), why, this.stage, this.vra, stem, owner);
      if (changes > 0 && status !== undefined) this.#status.write(stem, status);
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
  ): void {
    writeTransaction(this.database, () => {
      const { status, message, dueAt, now, durationMs } = failure;
      const dead = dueAt === undefined ? now : null;
      const { changes } = this.#statements.fail.run(dueAt ?? 0, now, message, dead, this.stage, this.vra, stem, owner);
      if (changes === 0 || !this.#status.write(stem, status)) return;
      const { stage, vra } = this;
      this.#events.append({ stem, stage, vra, at: now, status, rows: 0, durationMs, detail: message });
    });
  }

  /**
   * Marks a stem as done, within the caller's transaction that records its result.
   *
   * @returns false if it is done already: the caller must then record nothing
   */
  complete(stem: string, result: { status: 1 | -1; rows: number; now: number; durationMs?: number; detail?: string }) {
    if (!this.#status.write(stem, result.status)) return false;
    this.#statements.forget.run(this.stage, this.vra, stem);
    this.#backfill.passed(stem);
    const { stage, vra } = this;
    const { status, rows, now: at, durationMs, detail } = result;
    this.#events.append({ stem, stage, vra, at, status, rows, durationMs, detail });
    return true;
  }

  /**
   * Removes a stem from this stage's work: its status becomes NULL, as that of stems that were never meant for the VRA.
   * `retry` with force undoes it.
   *
   * @returns false if it is done, or was not this stage's to do
   */
  excludeStem(stem: string, now: number, detail: string): boolean {
    return writeTransaction(this.database, () => {
      if (!this.#status.exclude(stem)) return false;
      this.#statements.forget.run(this.stage, this.vra, stem);
      this.#backfill.passed(stem);
      const { stage, vra } = this;
      this.#events.append({ stem, stage, vra, at: now, status: STATUS.initialised, rows: 0, detail });
      return true;
    });
  }

  /**
   * Sets the status of every stem that waits here, so that an operator sees why.
   *
   * @returns how many were changed
   */
  setStatusOfPending(status: StatusCode, now: number, leaseMs: number): number {
    return writeTransaction(this.database, () => {
      const others = this.pending(now, leaseMs).filter((stem) => this.#status.read(stem) !== status);
      return others.filter((stem) => this.#status.write(stem, status)).length;
    });
  }

  /**
   * The stems that this stage could claim now, oldest first, without those of a backfill.
   *
   * @param leaseMs with 0 no lease counts: stems that other processes work on are included
   */
  pending(now: number, leaseMs: number, limit = 10_000): string[] {
    const { stage, vra } = this;
    return this.#statements.pending.all({ stage, vra, now, lease: leaseMs, limit }).map((row) => row.stem);
  }

  /** The same, newest first. */
  newestPending(now: number, leaseMs: number, limit: number): string[] {
    const { stage, vra } = this;
    return this.#statements.newestPending.all({ stage, vra, now, lease: leaseMs, limit }).map((row) => row.stem);
  }

  /** The oldest stem of a backfill that this stage could claim now. */
  nextBackfilled(now: number, leaseMs: number): string | undefined {
    return this.#backfill.next(now, leaseMs);
  }

  /** Whether a stem waits here as one of a backfill: it is opened when it is its turn. */
  isBackfilled(stem: string): boolean {
    return this.#backfill.has(stem);
  }

  /** Opens a stem of a backfill, to be claimed; its row of the backfill keeps its previous status. */
  beginBackfilled(stem: string): void {
    writeTransaction(this.database, () => {
      const code = this.#status.read(stem);
      if (isPending(code)) return;
      if (this.#backfill.begin(stem, code)) this.retry(stem, true);
      // The Python pipeline may have done it since.
      else this.#backfill.passed(stem);
    });
  }

  /** The stem's status now; undefined where it is not registered. */
  status(stem: string): number | undefined {
    return this.#status.read(stem);
  }

  /**
   * Opens a stem for another round of attempts, at once.
   *
   * @param force also a stem that is done, or was not meant for the VRA; also restores objects that diaobjid_stems has lost
   * @returns false if there was nothing to do
   */
  retry(stem: string, force: boolean): boolean {
    return writeTransaction(this.database, () => {
      const code = this.#status.read(stem);
      if (!isPending(code) && (!force || !this.#status.reopen(stem))) return false;
      if (force && this.stage === 'feature') this.#statements.mapAgain.run(stem);
      this.#statements.forget.run(this.stage, this.vra, stem);
      return true;
    });
  }

  deadLetters(): DeadLetter[] {
    return (this.#statements.dead.all(this.stage, this.vra) as Record<string, unknown>[]).map((row) => ({
      stage: this.stage,
      vra: this.vra,
      stem: row.stem as string,
      attempts: Number(row.attempts),
      error: (row.error as string | null) ?? '',
      at: Number(row.dead_at),
    }));
  }

  /** Makes the stage wait in every replica. */
  pause({ now, ms }: Wait, reason: string): void {
    this.#statements.pause.run(this.stage, this.vra, Math.round(now + ms), Math.round(now), reason);
  }

  /** Ends the pause in every replica, once its cause is fixed. */
  resume(): void {
    this.#statements.resume.run(this.stage, this.vra);
  }

  /**
   * Writes a page of the ledger unchanged, to see whether it can be written.
   *
   * @throws SQLite's error if it cannot
   */
  probe(): void {
    writeTransaction(this.database, () => {
      const version = this.database.pragma('user_version', { simple: true });
      this.database.pragma(`user_version = ${version}`);
    });
  }

  /** Does what commits would have to do sooner or later, while the stage is idle. See `checkpoint`. */
  checkpoint(): void {
    checkpoint(this.database);
  }

  /** The pause in force, if there is one. */
  paused(now: number): { until: number; reason: string } | undefined {
    const row = this.#statements.pausedUntil.get(this.stage, this.vra);
    const waits = row ? Number(row.until) - now : 0;
    return row && waits > 0 && waits <= LONGEST_BACKOFF_MS && !(Number(row.since) > now)
      ? { until: Number(row.until), reason: row.reason }
      : undefined;
  }
}
