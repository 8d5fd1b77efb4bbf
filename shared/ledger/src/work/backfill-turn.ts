import { DOWNSTREAM, type Stage } from '@lvra/core';
import type { Questions, Writing } from '../database.js';
import { statement, valueQuestion } from '../statements.js';

const HAS = valueQuestion('SELECT 1 FROM backfill WHERE vra = ? AND stem = ? AND stage = ?');
const BEGIN = statement(
  `UPDATE backfill SET begun = 1, status_before = @code
   WHERE vra = @vra AND stem = @stem AND stage = @stage AND begun = 0`,
);
const PASSED = statement(
  `UPDATE backfill SET stage = CASE last_stage WHEN @stage THEN NULL ELSE @next END, begun = 0, status_before = NULL
   WHERE vra = @vra AND stem = @stem AND stage = @stage`,
);

/** The stems of a backfill whose turn it is at one stage. */
export class BackfillTurn {
  constructor(
    readonly stage: Stage,
    readonly vra: string,
  ) {}

  /** Whether the stem is one of them. */
  async has(ask: Questions, stem: string): Promise<boolean> {
    return (await ask.get(HAS, this.vra, stem, this.stage)) !== undefined;
  }

  /** Keeps the status that a stem has before it is opened. @returns false if it was begun before */
  async begin(tx: Writing, stem: string, code: number | undefined): Promise<boolean> {
    const { stage, vra } = this;
    return (await tx.run(BEGIN, { stage, vra, stem, code: code ?? null })) > 0;
  }

  /** The stage has finished with a stem: one of a backfill goes to the next stage, or is done. */
  async passed(tx: Writing, stem: string): Promise<void> {
    const { stage, vra } = this;
    await tx.run(PASSED, { stage, vra, stem, next: DOWNSTREAM[stage] ?? null });
  }
}
