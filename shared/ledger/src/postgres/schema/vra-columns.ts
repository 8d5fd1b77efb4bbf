import { UsageError } from '@lvra/core';
import { valueQuestion } from '../../statements.js';
import { columnOf, indexesOfVra, STATUS_TABLE } from '../../status-tables.js';
import type { Transaction } from '../transaction.js';

const COLUMNS = valueQuestion<string>(
  'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?',
);
const INDEXES = valueQuestion<string>(
  'SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ?',
);

type Asking = Pick<Transaction, 'all'>;

/** Whether the status tables have the VRA's column and its indexes. */
export async function hasVraColumns(ask: Asking, vra: string): Promise<boolean> {
  for (const table of Object.values(STATUS_TABLE)) {
    const indexes = new Set(await ask.all(INDEXES, table));
    if (!(await ask.all(COLUMNS, table)).includes(vra)) return false;
    if (![...indexesOfVra(table, vra).keys()].every((name) => indexes.has(name))) return false;
  }
  return true;
}

/**
 * Adds the VRA's column to the status tables if it is missing, and its indexes. Earlier stems stay NULL: not asked for.
 *
 * @throws UsageError if there is such a column in other letter case: the ledger could not be moved to SQLite
 */
export async function addVraColumns(tx: Transaction, vra: string): Promise<void> {
  const column = columnOf(vra);
  for (const table of Object.values(STATUS_TABLE)) {
    const alike = (await tx.all(COLUMNS, table)).find((name) => name.toLowerCase() === vra.toLowerCase());
    if (alike !== undefined && alike !== vra) {
      throw new UsageError(
        `the VRA ${vra} cannot have a column: ${table} has the column ${alike}, and in SQLite, to which the ledger may be moved, ` +
          `names know no case; set MODEL_NAME to ${alike}, or to a new name`,
      );
    }
    if (alike === undefined) await tx.define(`ALTER TABLE ${table} ADD COLUMN ${column} bigint`);
    for (const [name, rows] of indexesOfVra(table, vra)) {
      await tx.define(`CREATE INDEX IF NOT EXISTS "${name}" ON ${table} ${rows}`);
    }
  }
}
