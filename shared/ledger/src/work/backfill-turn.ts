import { DOWNSTREAM, type Stage } from '@lvra/core';
import type { Database } from '../sqlite/connection.js';

/** The stems of a backfill whose turn it is at one stage. */
export class BackfillTurn {
  readonly #statements;

  /** @param free in SQL, a join of `backfill` and a condition: that its stem can be taken @now, under leases of @lease */
  constructor(
    database: Database,
    readonly stage: Stage,
    readonly vra: string,
    free: string,
  ) {
    this.#statements = {
      next: database
        .prepare<[Record<string, unknown>], string>(
          `SELECT backfill.stem FROM backfill ${free} AND backfill.vra = @vra AND backfill.stage = @stage
           ORDER BY backfill.stem LIMIT 1`,
        )
        .pluck(),
      has: database.prepare<[string, string, Stage], bigint>(
        'SELECT 1 FROM backfill WHERE vra = ? AND stem = ? AND stage = ?',
      ),
      begin: database.prepare(
        `UPDATE backfill SET begun = 1, status_before = @code
         WHERE vra = @vra AND stem = @stem AND stage = @stage AND begun = 0`,
      ),
      passed: database.prepare(
        `UPDATE backfill SET stage = CASE last_stage WHEN @stage THEN NULL ELSE @next END, begun = 0, status_before = NULL
         WHERE vra = @vra AND stem = @stem AND stage = @stage`,
      ),
    };
  }

  /** The oldest that can be taken now. */
  next(now: number, lease: number): string | undefined {
    const { stage, vra } = this;
    return this.#statements.next.get({ stage, vra, now, lease });
  }

  /** Whether the stem is one of them. */
  has(stem: string): boolean {
    return this.#statements.has.get(this.vra, stem, this.stage) !== undefined;
  }

  /** Keeps the status that a stem has before it is opened. @returns false if it was begun before */
  begin(stem: string, code: number | undefined): boolean {
    const { stage, vra } = this;
    return this.#statements.begin.run({ stage, vra, stem, code: code ?? null }).changes > 0;
  }

  /** The stage has finished with a stem: one of a backfill goes to the next stage, or is done. */
  passed(stem: string): void {
    const { stage, vra } = this;
    this.#statements.passed.run({ stage, vra, stem, next: DOWNSTREAM[stage] ?? null });
  }
}
