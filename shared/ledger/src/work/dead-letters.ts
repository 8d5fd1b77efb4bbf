import type { Stage } from '@lvra/core';
import type { Questions } from '../database.js';
import { type Question, question } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';

/** A stem that a stage gave up on. */
export interface DeadLetter {
  readonly stage: Stage;
  readonly vra: string;
  readonly stem: string;
  readonly attempts: number;
  readonly error: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface DeadRow {
  stem: string;
  attempts: bigint;
  error: string | null;
  dead_at: bigint;
}

/** The stems that a stage of a VRA gave up on until an operator acts, and has not done since. */
export class DeadLetters {
  readonly #dead: Question<DeadRow>;

  constructor(
    readonly stage: Stage,
    readonly vra: string,
  ) {
    this.#dead = question(
      `SELECT work.stem, work.attempts, work.error, work.dead_at FROM work
       JOIN ${STATUS_TABLE[stage]} own ON own.stem = work.stem AND own.${columnOf(vra)} NOT IN (1, -1)
       WHERE work.stage = ? AND work.vra = ? AND work.dead_at IS NOT NULL ORDER BY work.stem`,
    );
  }

  async ask(ask: Questions): Promise<DeadLetter[]> {
    const { stage, vra } = this;
    const rows = await ask.all(this.#dead, stage, vra);
    return rows.map(({ stem, attempts, error, dead_at }) => ({
      ...{ stage, vra, stem, attempts: Number(attempts) },
      ...{ error: error ?? '', at: Number(dead_at) },
    }));
  }
}
