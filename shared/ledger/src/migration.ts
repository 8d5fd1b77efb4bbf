import { LedgerNotReady } from './errors.js';

/** A step of the ledger's schema. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** A step of the ledger's schema on both engines, in SQLite's words. */
export interface CommonMigration extends Migration {
  /**
   * Whether a release that does not know it can go on with the ledger, so that the two run beside each other during an upgrade: it
   * only adds what that one neither reads nor must write.
   */
  readonly isAdditive: boolean;
}

/** What counts the migrations of a ledger. */
export const MIGRATION_TABLE =
  'CREATE TABLE IF NOT EXISTS lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp)';

/** How many migrations are of SQLite alone: a ledger on a server begins with the tables that they left. */
export const MIGRATIONS_BEFORE = 22;

/**
 * The migrations from number 23 on, forward only. A migration that has been released is never edited; a change is a new one
 * at the end.
 */
export const COMMON_MIGRATIONS: readonly CommonMigration[] = [
  {
    name: 'several hosts',
    isAdditive: true,
    sql: `
      -- How many migrations a release must know to use the ledger after this one; null for all up to this one.
      ALTER TABLE lvra_migration ADD COLUMN needs INTEGER;
      -- What stands in the file of the data folder that names the ledger: when it was written, in microseconds since 1970,
      -- random below a second. From then on a folder without that file is another one.
      ALTER TABLE data_folder ADD COLUMN marked_at INTEGER;
      -- 'to' and where the ledger was moved to, or 'from' and where it is being moved from: it is not used then.
      ALTER TABLE data_folder ADD COLUMN moved TEXT;
    `,
  },
  {
    name: 'where alerts and sources are',
    isAdditive: true,
    sql: `
      -- Of the source: degrees (ICRS), flux in the difference image (nJy), and u, g, r, i, z or y; null where unknown.
      ALTER TABLE source ADD COLUMN ra REAL;
      ALTER TABLE source ADD COLUMN decl REAL;
      ALTER TABLE source ADD COLUMN psfFlux REAL;
      ALTER TABLE source ADD COLUMN band TEXT;
      -- The alerts of a batch file in their order: a 64-bit diaObjectId and a 32-bit length in bytes of each.
      CREATE TABLE alert_place (
        stem TEXT PRIMARY KEY,
        diaObjectIds BLOB NOT NULL,
        lengths BLOB NOT NULL
      );
    `,
  },
  {
    name: 'labels',
    isAdditive: true,
    sql: `
      -- A label that a person gave an object; of several, the latest by time, then by ID, counts. labelled_at: ms since 1970.
      CREATE TABLE label (
        ID INTEGER PRIMARY KEY,
        diaObjectId INTEGER NOT NULL,
        label TEXT NOT NULL,
        who TEXT NOT NULL,
        labelled_at INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX label_once ON label (diaObjectId, labelled_at, who, label);
    `,
  },
];

/** How many migrations there are. */
export const MIGRATIONS = MIGRATIONS_BEFORE + COMMON_MIGRATIONS.length;

/** How many migrations a release must know to use a ledger of so many. */
export function neededAfter(applied: number): number {
  let needed = applied;
  while (needed > MIGRATIONS_BEFORE && COMMON_MIGRATIONS[needed - MIGRATIONS_BEFORE - 1]?.isAdditive) needed--;
  return needed;
}

/** @throws LedgerNotReady if a release that knows so many migrations cannot go on with the ledger */
export function assertKnown(name: string, applied: number, needed: number, known = MIGRATIONS): void {
  if (needed <= known) return;
  throw new LedgerNotReady(
    `${name} was written by a newer release (migration ${applied}, which needs ${needed}; this one knows ${known}): ` +
      'upgrade this installation, or restore the copy made before the upgrade',
  );
}
