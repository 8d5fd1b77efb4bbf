import { UsageError } from '@lvra/core';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import type { Connection } from './driver.js';

/**
 * The partial indexes of a VRA's column. They find and count the few stems that are not done, that are at -1, which the
 * Python pipeline may have left half annotated, or that were never meant for the VRA.
 */
function indexesOf(table: string, vra: string): ReadonlyMap<string, string> {
  const column = columnOf(vra);
  return new Map([
    [`${table}_open_${vra}`, `(stem) WHERE ${column} NOT IN (1, -1)`],
    [`${table}_partial_${vra}`, `(stem) WHERE ${column} = -1`],
    [`${table}_unasked_${vra}`, `(${column}) WHERE ${column} IS NULL`],
  ]);
}

/** Whether the status tables have the VRA's column and its indexes. */
export function hasVraColumns(connection: Connection, vra: string): boolean {
  const indexes = connection.prepare<[string], string>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?",
  );
  return Object.values(STATUS_TABLE).every((table) => {
    const there = new Set(indexes.pluck().all(table));
    return (
      columnsOf(connection, table).includes(vra) && [...indexesOf(table, vra).keys()].every((name) => there.has(name))
    );
  });
}

/**
 * Adds the VRA's column to the status tables if it is missing, and its indexes. Earlier stems stay NULL: not asked for.
 *
 * @throws UsageError if there is such a column in other letter case: SQLite takes the two for one
 */
export function addVraColumns(connection: Connection, vra: string): void {
  const column = columnOf(vra);
  for (const table of Object.values(STATUS_TABLE)) {
    const alike = columnsOf(connection, table).find((name) => name.toLowerCase() === vra.toLowerCase());
    if (alike !== undefined && alike !== vra) {
      const message = `${table} has the column ${alike}, and SQLite's column names know no case`;
      throw new UsageError(
        `the VRA ${vra} cannot have a column: ${message}; set MODEL_NAME to ${alike}, or to a new name`,
      );
    }
    if (alike === undefined) connection.exec(`ALTER TABLE ${table} ADD COLUMN ${column} INTEGER`);
    for (const [name, rows] of indexesOf(table, vra)) {
      connection.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${rows}`);
    }
  }
}

function columnsOf(connection: Connection, table: string): string[] {
  return connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
}
