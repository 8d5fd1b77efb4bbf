import { UsageError } from '@lvra/core';
import { columnOf, indexesOfVra, STATUS_TABLE } from '../../status-tables.js';
import type { Connection } from '../driver.js';

/** Whether the status tables have the VRA's column and its indexes. */
export function hasVraColumns(connection: Connection, vra: string): boolean {
  const indexes = connection.prepare<[string], string>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?",
  );
  return Object.values(STATUS_TABLE).every((table) => {
    const there = new Set(indexes.pluck().all(table));
    return (
      columnsOf(connection, table).includes(vra) &&
      [...indexesOfVra(table, vra).keys()].every((name) => there.has(name))
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
    for (const [name, rows] of indexesOfVra(table, vra)) {
      connection.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${rows}`);
    }
  }
}

export function columnsOf(connection: Connection, table: string): string[] {
  return connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
}
