import { UsageError } from '@lvra/core';
import { type Database, writeTransaction } from './connection.js';
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
 * Brings a database of any age to the newest schema. Safe when several processes start at once:
 * the first one holds the write lock, the others find the work done.
 *
 * @throws if the file comes from a newer release than this one
 */
export function migrate(database: Database): void {
  // A process that only reads, as `lvra status` does, need not wait for a writer.
  if (isNewest(database)) return;
  writeTransaction(database, () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp)',
    );
    const applied = assertKnownRelease(database);
    const record = database.prepare('INSERT INTO lvra_migration (number, name) VALUES (?, ?)');
    MIGRATIONS.slice(applied).forEach((migration, index) => {
      database.exec(migration.sql);
      record.run(applied + index + 1, migration.name);
    });
  });
}

/** @returns how many migrations it has had @throws UsageError if it comes from a newer release than this one */
export function assertKnownRelease(database: Database): number {
  if (!hasMigrations(database)) return 0;
  const applied = Number(database.prepare('SELECT coalesce(max(number), 0) FROM lvra_migration').pluck().get());
  if (applied <= MIGRATIONS.length) return applied;
  throw new UsageError(
    `${database.name} was written by a newer release (migration ${applied}, this one knows ${MIGRATIONS.length}): ` +
      'upgrade this installation, or restore the copy of log.db made before the upgrade',
  );
}

/** Makes the first migrations in an empty database: what a ledger of that age must have. */
export function migrateTo(database: Database, number: number): void {
  for (const { sql } of MIGRATIONS.slice(0, number)) database.exec(sql);
}

function hasMigrations(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lvra_migration'").get() !== undefined;
}

function isNewest(database: Database): boolean {
  return (
    hasMigrations(database) &&
    database.prepare('SELECT max(number) FROM lvra_migration').pluck().get() === BigInt(MIGRATIONS.length)
  );
}
