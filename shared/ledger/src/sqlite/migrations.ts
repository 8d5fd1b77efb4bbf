import { UsageError } from '@lvra/core';
import type { Connection } from './driver.js';
import { MIGRATIONS_1_TO_9 } from './migrations/1-to-9.js';
import { MIGRATIONS_10_TO_15 } from './migrations/10-to-15.js';
import { MIGRATIONS_FROM_16 } from './migrations/from-16.js';
import type { Migration } from './migrations/migration.js';

/**
 * The ledger's migrations, forward only. A migration that has been released is never edited; a change is
 * a new one at the end. They add tables and indexes beside the team's six tables and change none of those,
 * so that the Python pipeline can use the same file again.
 */
const MIGRATIONS: readonly Migration[] = [...MIGRATIONS_1_TO_9, ...MIGRATIONS_10_TO_15, ...MIGRATIONS_FROM_16];

/**
 * Brings a database of any age to the newest schema, within the caller's transaction.
 *
 * @throws UsageError if the file comes from a newer release than this one
 */
export function migrate(connection: Connection): void {
  connection.exec(
    'CREATE TABLE IF NOT EXISTS lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp)',
  );
  const applied = assertKnownRelease(connection);
  const record = connection.prepare('INSERT INTO lvra_migration (number, name) VALUES (?, ?)');
  MIGRATIONS.slice(applied).forEach((migration, index) => {
    connection.exec(migration.sql);
    record.run(applied + index + 1, migration.name);
  });
}

/** @returns how many migrations it has had @throws UsageError if it comes from a newer release than this one */
export function assertKnownRelease(connection: Connection): number {
  if (!hasMigrations(connection)) return 0;
  const applied = Number(connection.prepare('SELECT coalesce(max(number), 0) FROM lvra_migration').pluck().get());
  if (applied <= MIGRATIONS.length) return applied;
  throw new UsageError(
    `${connection.name} was written by a newer release (migration ${applied}, this one knows ${MIGRATIONS.length}): ` +
      'upgrade this installation, or restore the copy of log.db made before the upgrade',
  );
}

/** Makes the first migrations in an empty database: what a ledger of that age must have. */
export function migrateTo(connection: Connection, number: number): void {
  for (const { sql } of MIGRATIONS.slice(0, number)) connection.exec(sql);
}

function hasMigrations(connection: Connection): boolean {
  return connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lvra_migration'").get() !== undefined;
}

export function isNewest(connection: Connection): boolean {
  return (
    hasMigrations(connection) &&
    connection.prepare('SELECT max(number) FROM lvra_migration').pluck().get() === BigInt(MIGRATIONS.length)
  );
}
