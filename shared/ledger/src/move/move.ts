import { existsSync, rmSync } from 'node:fs';
import { type LedgerServer, UsageError } from '@lvra/core';
import { type Database, LOCKABLE, type Writing } from '../database.js';
import { folderAt, isMovedAway, refuseWriters } from '../sqlite/move/moved-away.js';
import { openSqlite } from '../sqlite/open.js';
import { restoreDatabase } from '../sqlite/restore.js';
import { ledgerTables } from '../sqlite/schema/ledger-tables.js';
import { question } from '../statements.js';
import { addedByOthers, type CatalogueColumn, vrasIn } from './catalogue.js';
import { FOLDER, type Folder, type MovedTable, type MoveProgress, moveLedger } from './move-ledger.js';

/** What was moved. */
export interface Moved {
  readonly tables: readonly MovedTable[];
  /** For people: where the ledger is now. */
  readonly to: string;
  /** Tables and columns that others added, which were not moved. */
  readonly left: readonly string[];
}

const COMMAND = 'lvra ledger move';

/**
 * Moves the ledger of a file to a server. The file stays, and takes no changes any more.
 *
 * @throws UsageError if the file cannot be moved as it is, or the server has another ledger
 * @throws LockHeld if anything works on the server's
 */
export async function moveToServer(path: string, server: LedgerServer, onProgress: MoveProgress): Promise<Moved> {
  return closing(await openSqlite(path, [], { create: false }), async (found) => {
    const catalogue = await found.all(IN_FILE);
    const vras = vrasIn(catalogue);
    const tables = ledgerTables(vras);
    // A VRA may lack its column in some of the status tables.
    return closing(await openSqlite(path, vras, { create: false }), async (source) => {
      assertMovable(source.name, await source.unmovable(tables));
      const { openPostgres } = await import('../postgres/open.js');
      return closing(await openPostgres(server, vras, { create: true }), async (target) => {
        const locks = await target.lock(LOCKABLE, 'exclusive', COMMAND);
        const to = target.name;
        const giveUp = (tx: Writing) => refuseWriters(tx, tables, `the ledger was moved to ${to}`);
        const moved = await moveLedger(source, target, tables, { to, giveUp, locks, onProgress });
        return { tables: moved, to, left: addedByOthers(catalogue, tables) };
      });
    });
  });
}

/**
 * Moves the ledger of a server to a file, which the Python pipeline can use again.
 *
 * @param aside a folder to create for the file that is there
 */
export async function moveToFile(
  server: LedgerServer,
  path: string,
  aside: string,
  onProgress: MoveProgress,
): Promise<Moved> {
  const { openPostgres } = await import('../postgres/open.js');
  const catalogue = await closing(await openPostgres(server, [], { create: false }), (found) => found.all(ON_SERVER));
  const vras = vrasIn(catalogue);
  const tables = ledgerTables(vras);
  return closing(await openPostgres(server, vras, { create: false }), async (source) => {
    const locks = await source.lock(LOCKABLE, 'exclusive', COMMAND);
    const arriving = `${path}.arriving`;
    assertFree(path, arriving, (await source.get(FOLDER))!);
    const target = await openSqlite(arriving, vras, { create: true });
    const options = { to: path, isUsedByNobody: true, locks, onProgress };
    const moved = await closing(target, () => moveLedger(source, target, tables, options));
    restoreDatabase(arriving, path, aside);
    onProgress('taken into use', path, 1, 1);
    removeDatabase(arriving);
    return { tables: moved, to: path, left: addedByOthers(catalogue, tables) };
  });
}

const IN_FILE = question<CatalogueColumn>(
  `SELECT t.name AS "table", c.name AS "column", c.type FROM sqlite_master t, pragma_table_info(t.name) c
   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`,
);
const ON_SERVER = question<CatalogueColumn>(
  `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns
   WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
);

function assertMovable(name: string, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new UsageError(
    `the ledger ${name} cannot be moved as it is, and nothing was moved; correct this first (docs/several-servers.md, "Moving the ` +
      `ledger"):\n  ${found.join('\n  ')}`,
  );
}

/** @throws UsageError if a ledger that was not moved away is where one is to come */
function assertFree(path: string, arriving: string, { id, moved }: Folder): void {
  if (!existsSync(path) || isMovedAway(path)) return;
  if (moved === `to ${path}` && folderAt(path)?.id === id) {
    removeDatabase(arriving);
    throw new UsageError(`the ledger was moved to ${path} before, and is there: set ledger to nothing in the settings`);
  }
  throw new UsageError(
    `there is a ledger at ${path} that was not moved away, and nothing was changed: put it elsewhere, and run this again`,
  );
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true });
}

async function closing<D extends Database, T>(database: D, work: (database: D) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
