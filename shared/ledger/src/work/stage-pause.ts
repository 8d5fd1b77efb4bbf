import type { Stage } from '@lvra/core';
import type { Database } from '../database.js';
import { question, statement } from '../statements.js';
import { msLeft, type Wait } from './waits.js';

const BEGIN = statement(
  `INSERT INTO stage_pause (stage, vra, until, since, reason) VALUES (?, ?, ?, ?, ?)
   ON CONFLICT (stage, vra) DO UPDATE SET until = excluded.until, since = excluded.since, reason = excluded.reason`,
);
const END = statement('DELETE FROM stage_pause WHERE stage = ? AND vra = ?');
const READ = question<{ until: bigint; since: bigint | null; reason: string }>(
  'SELECT until, since, reason FROM stage_pause WHERE stage = ? AND vra = ?',
);

/** The pause of a stage of a VRA, in every replica. */
export class StagePause {
  readonly #database: Database;

  constructor(
    database: Database,
    readonly stage: Stage,
    readonly vra: string,
  ) {
    this.#database = database;
  }

  async begin({ now, ms }: Wait, reason: string): Promise<void> {
    const { stage, vra } = this;
    await this.#database.writing((tx) => tx.run(BEGIN, stage, vra, Math.round(now + ms), Math.round(now), reason));
  }

  async end(): Promise<void> {
    await this.#database.writing((tx) => tx.run(END, this.stage, this.vra));
  }

  /** The pause in force, if there is one. */
  async inForce(now: number): Promise<{ until: number; reason: string } | undefined> {
    const row = await this.#database.get(READ, this.stage, this.vra);
    return row && msLeft(row.until, row.since, now) > 0 ? { until: Number(row.until), reason: row.reason } : undefined;
  }
}
