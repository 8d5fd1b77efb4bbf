import { existsSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import Sqlite, { type Connection } from '../driver.js';
import { codeOf } from '../errors.js';
import { migrateTo } from '../migrations.js';

/**
 * Checks that the ledger's file is whole and has all that its migrations made: tables, columns and indexes. Tables that
 * others added are not checked.
 *
 * @returns what is wrong; empty also if there is no file
 */
export function ledgerFaults(path: string): string[] {
  if (!existsSync(path)) return [];
  let connection: Connection | undefined;
  try {
    connection = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
    const [damage] = connection.pragma('quick_check(1)') as { quick_check: string }[];
    if (damage && damage.quick_check !== 'ok') return [`the file is damaged: ${damage.quick_check}`];
    return schemaFaults(connection);
  } catch (error) {
    // A file that cannot be opened at all is reported when the ledger is opened.
    if (!codeOf(error).startsWith('SQLITE_CORRUPT')) throw error;
    return [`the file is damaged: ${messageOf(error)}`];
  } finally {
    connection?.close();
  }
}

function schemaFaults(connection: Connection): string[] {
  const wanted = new Sqlite(':memory:');
  try {
    migrateTo(wanted, appliedMigrations(connection));
    return objectsOf(wanted).flatMap(({ type, name }) => {
      const found = connection.prepare<[string], { type: string }>(TYPE_OF).get(name);
      if (!found) return [`the ${type} ${name} is missing`];
      if (found.type !== type) return [`${name} is a ${found.type}, not a ${type}`];
      const there = new Set(columnsOf(connection, name));
      return columnsOf(wanted, name)
        .filter((column) => !there.has(column))
        .map((column) => `the table ${name} has no column ${column}`);
    });
  } finally {
    wanted.close();
  }
}

const TYPE_OF = 'SELECT type FROM sqlite_master WHERE name = ? COLLATE NOCASE';

function appliedMigrations(connection: Connection): number {
  if (!connection.prepare(TYPE_OF).get('lvra_migration')) return 0;
  return Number(connection.prepare('SELECT coalesce(max(number), 0) FROM lvra_migration').pluck().get());
}

/** Tables and indexes that SQLite did not create itself, in the order of their creation. */
function objectsOf(connection: Connection): { type: string; name: string }[] {
  return connection
    .prepare<[], { type: string; name: string }>(
      "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL ORDER BY rowid",
    )
    .all();
}

function columnsOf(connection: Connection, table: string): string[] {
  return connection.prepare<[string], string>('SELECT lower(name) FROM pragma_table_info(?)').pluck().all(table);
}
