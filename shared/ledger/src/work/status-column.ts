import { STATUS, type Stage } from '@lvra/core';
import type { Questions, Writing } from '../database.js';
import { statement, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';

/** The statements on one stage's status of one VRA. */
export class StatusColumn {
  readonly #read;
  readonly #write;
  readonly #writeAll;
  readonly #reopen;
  readonly #exclude;

  constructor(stage: Stage, vra: string) {
    const table = STATUS_TABLE[stage];
    const column = columnOf(vra);
    this.#read = valueQuestion<bigint | null>(`SELECT ${column} FROM ${table} WHERE stem = ?`);
    this.#write = statement(
      `UPDATE ${table} SET ${column} = ?, timestamp = current_timestamp WHERE stem = ? AND ${column} NOT IN (1, -1)`,
    );
    this.#writeAll = statement(
      `UPDATE ${table} SET ${column} = @code, timestamp = current_timestamp
       WHERE stem IN @stems AND ${column} NOT IN (1, -1) AND ${column} <> @code`,
    );
    const known = [...Object.values(STATUS_TABLE), 'batch'].map(
      (each) => `SELECT stem FROM ${each} WHERE stem = @stem`,
    );
    this.#reopen = statement(
      `INSERT INTO ${table} (stem, ${column}) SELECT @stem, 0 WHERE EXISTS (${known.join(' UNION ALL ')})
       ON CONFLICT (stem) DO UPDATE SET ${column} = 0, timestamp = current_timestamp`,
    );
    this.#exclude = statement(
      `UPDATE ${table} SET ${column} = NULL, timestamp = current_timestamp WHERE stem = ? AND ${column} NOT IN (1, -1)`,
    );
  }

  /** The stem's status, or undefined if the stem is not registered for this VRA. */
  async read(ask: Questions, stem: string): Promise<number | undefined> {
    const code = await ask.get(this.#read, stem);
    return code === null || code === undefined ? undefined : Number(code);
  }

  /** Writes a status unless the stem is done already. @returns false if it was */
  async write(tx: Writing, stem: string, code: number): Promise<boolean> {
    return (await tx.run(this.#write, code, stem)) > 0;
  }

  /** Writes a status to stems that are not done. @returns how many did not have it */
  writeAll(tx: Writing, stems: readonly string[], code: number): Promise<number> {
    return tx.run(this.#writeAll, { stems, code });
  }

  /** Makes a stem one that was not meant for this VRA, unless it is done. @returns false if there was nothing to do */
  async exclude(tx: Writing, stem: string): Promise<boolean> {
    return (await tx.run(this.#exclude, stem)) > 0;
  }

  /**
   * Reopens a stem of any status because an operator asked for it; if its row was lost it gets a new one.
   *
   * @returns false if the ledger does not know the stem
   */
  async reopen(tx: Writing, stem: string): Promise<boolean> {
    return (await tx.run(this.#reopen, { stem })) > 0;
  }
}

export function isPending(code: number | undefined): boolean {
  return code !== undefined && code !== STATUS.done && code !== STATUS.partial;
}
