import { existsSync } from 'node:fs';
import { LedgerNotReady } from '../errors.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { openForReading } from './connection.js';
import { SqliteDatabase } from './database.js';
import Sqlite, { type Connection } from './driver.js';
import { storageError } from './errors.js';
import { trackFileIdentity } from './file-identity.js';
import { hasMigrations, isNewest, migrate } from './migrations.js';
import { columnsOf } from './schema/vra-columns.js';

interface Part {
  readonly type: 'table' | 'index';
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

/**
 * Opens the ledger's file to look at it: nothing is ever written, made, migrated or locked, and the file stays byte for byte as it
 * is. What a file of the Python pipeline lacks is there in memory, and empty.
 *
 * @throws LedgerNotReady if there is none, or it is of another release
 */
export function lookAtSqlite(path: string, vras: readonly string[]): SqliteDatabase {
  if (!existsSync(path)) throw noLedger(path);
  let connection: Connection | undefined;
  try {
    connection = openForReading(path);
    trackFileIdentity(connection);
    connection.pragma('temp_store = MEMORY');
    if (columnsOf(connection, STATUS_TABLE.feature).length === 0) throw noLedger(path);
    if (!hasMigrations(connection)) addTables(connection);
    else if (!isNewest(connection)) throw olderRelease(path);
    for (const table of Object.values(STATUS_TABLE)) addColumns(connection, table, vras);
    connection.pragma('query_only = ON');
    return new SqliteDatabase(connection);
  } catch (error) {
    connection?.close();
    throw storageError(path, error);
  }
}

/** A service that makes one begins with an empty file. */
function noLedger(path: string): LedgerNotReady {
  return new LedgerNotReady(
    `there is no ledger at ${path}: no service has run here yet, or the data root is another one`,
  );
}

function olderRelease(path: string): LedgerNotReady {
  return new LedgerNotReady(
    `the ledger ${path} is of an older release, and this one would have to change it: start the services of this release first`,
  );
}

/** Adds, in memory, our tables and indexes that a ledger of the Python pipeline lacks. */
function addTables(connection: Connection): void {
  const there = new Set(connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all());
  for (const { type, name, tbl_name: table, sql } of ourParts()) {
    if (there.has(table)) continue;
    connection.exec(type === 'table' ? sql.replace(/^CREATE TABLE/, 'CREATE TEMP TABLE') : inTemp(sql, name));
  }
  connection.exec("INSERT INTO temp.data_folder (id) VALUES ('0000000000000000')");
}

/** An index is made beside its table. */
function inTemp(sql: string, name: string): string {
  return sql.replace(new RegExp(`^(CREATE (?:UNIQUE )?INDEX )"?${name}"?`), `$1temp.${name}`);
}

function ourParts(): Part[] {
  const empty = new Sqlite(':memory:');
  try {
    migrate(empty);
    return empty
      .prepare<[], Part>(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC",
      )
      .all();
  } finally {
    empty.close();
  }
}

/** A VRA that the file does not know yet has no stem. */
function addColumns(connection: Connection, table: string, vras: readonly string[]): void {
  const there = new Set(columnsOf(connection, table));
  const missing = vras.filter((vra) => !there.has(vra));
  if (missing.length === 0) return;
  const added = missing.map((vra) => `CAST(NULL AS INTEGER) AS ${columnOf(vra)}`);
  connection.exec(`CREATE TEMP VIEW ${table} AS SELECT *, ${added.join(', ')} FROM main.${table}`);
}
