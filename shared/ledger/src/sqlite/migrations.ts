import {
  assertKnown,
  COMMON_MIGRATIONS,
  MIGRATION_TABLE,
  MIGRATIONS_BEFORE,
  type Migration,
  neededAfter,
} from '../migration.js';
import type { Connection } from './driver.js';
import { MIGRATIONS_1_TO_9 } from './migrations/1-to-9.js';
import { MIGRATIONS_10_TO_15 } from './migrations/10-to-15.js';
import { MIGRATIONS_16_TO_22 } from './migrations/16-to-22.js';

/**
 * The ledger's migrations, forward only. They add tables and indexes beside the team's six tables and change none of those,
 * so that the Python pipeline can use the same file again.
 */
const MIGRATIONS: readonly Migration[] = [
  ...MIGRATIONS_1_TO_9,
  ...MIGRATIONS_10_TO_15,
  ...MIGRATIONS_16_TO_22,
  ...COMMON_MIGRATIONS,
];

export const MIGRATION_COUNT = MIGRATIONS.length;

/**
 * Brings a database of any age to the newest schema, within the caller's transaction.
 *
 * @throws UsageError if the file comes from a newer release that this one cannot go on with
 */
export function migrate(connection: Connection): void {
  connection.exec(MIGRATION_TABLE);
  const applied = assertKnownRelease(connection);
  MIGRATIONS.slice(applied).forEach((migration, index) => {
    connection.exec(migration.sql);
    record(connection, applied + index + 1, migration.name);
  });
}

function record(connection: Connection, number: number, name: string): void {
  if (number <= MIGRATIONS_BEFORE) {
    connection.prepare('INSERT INTO lvra_migration (number, name) VALUES (?, ?)').run(number, name);
    return;
  }
  const insert = connection.prepare('INSERT INTO lvra_migration (number, name, needs) VALUES (?, ?, ?)');
  insert.run(number, name, neededAfter(number));
}

/**
 * @returns how many migrations it has had
 * @throws UsageError if it comes from a newer release that this one cannot go on with
 */
export function assertKnownRelease(connection: Connection): number {
  if (!hasMigrations(connection)) return 0;
  const applied = Number(connection.prepare('SELECT coalesce(max(number), 0) FROM lvra_migration').pluck().get());
  if (applied <= MIGRATIONS.length) return applied;
  const needs = connection.prepare('SELECT max(coalesce(needs, number)) FROM lvra_migration').pluck().get();
  assertKnown(connection.name, applied, Number(needs), MIGRATIONS.length);
  return applied;
}

/** Makes the first migrations in an empty database: what a ledger of that age must have. */
export function migrateTo(connection: Connection, number: number): void {
  if (number > MIGRATIONS_BEFORE) connection.exec(MIGRATION_TABLE);
  for (const { sql } of MIGRATIONS.slice(0, number)) connection.exec(sql);
}

/** Whether one of our services has ever opened it; a ledger of the Python pipeline alone has none. */
export function hasMigrations(connection: Connection): boolean {
  return connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lvra_migration'").get() !== undefined;
}

/** @throws UsageError if it comes from a newer release that this one cannot go on with */
export function isNewest(connection: Connection): boolean {
  return assertKnownRelease(connection) >= MIGRATIONS.length;
}
