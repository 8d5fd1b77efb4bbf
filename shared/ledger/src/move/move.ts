import { rmSync } from 'node:fs';
import { isVraName, type LedgerServer, UsageError } from '@lvra/core';
import { type Database, LOCKABLE } from '../database.js';
import { openSqlite } from '../sqlite/open.js';
import { restoreDatabase } from '../sqlite/restore.js';
import { ledgerTables } from '../sqlite/schema/ledger-tables.js';
import { valueQuestion } from '../statements.js';
import { type MovedTable, type MoveProgress, moveLedger } from './move-ledger.js';

/** What was moved. */
export interface Moved {
  readonly tables: readonly MovedTable[];
  /** For people: where the ledger is now. */
  readonly to: string;
}

const COMMAND = 'lvra ledger move';

/**
 * Moves the ledger of a file to a server. The file stays, and is used no more.
 *
 * @throws UsageError if the file cannot be moved as it is, or the server has another ledger
 * @throws LockHeld if anything works on the server's
 */
export async function moveToServer(path: string, server: LedgerServer, onProgress: MoveProgress): Promise<Moved> {
  const source = await openSqlite(path, [], { create: false });
  try {
    const [odd] = await source.oddValues();
    if (odd) {
      const where = odd.id === undefined ? `stem ${odd.stem}` : `ID ${odd.id}`;
      throw new UsageError(
        `the ledger cannot be moved: in ${odd.table}, row of ${where}, ${odd.column} is ${odd.value}, which is not of its type; ` +
          '`lvra verify` lists all of them',
      );
    }
    const vras = vrasOf(await source.all(COLUMNS_IN_FILE));
    const { openPostgres } = await import('../postgres/open.js');
    const target = await openPostgres(server, vras, { create: true });
    return await closing(target, async () => {
      await target.lock(LOCKABLE, 'exclusive', COMMAND);
      return {
        tables: await moveLedger(source, target, ledgerTables(vras), { to: target.name, onProgress }),
        to: target.name,
      };
    });
  } finally {
    await source.close();
  }
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
  const source = await openPostgres(server, [], { create: false });
  return closing(source, async () => {
    await source.lock(LOCKABLE, 'exclusive', COMMAND);
    const vras = vrasOf(await source.all(COLUMNS_ON_SERVER));
    const arriving = `${path}.arriving`;
    const target = await openSqlite(arriving, vras, { create: true });
    const tables = await closing(target, () =>
      moveLedger(source, target, ledgerTables(vras), { to: path, isUsedByNobody: true, onProgress }),
    );
    restoreDatabase(arriving, path, aside);
    rmSync(arriving);
    return { tables, to: path };
  });
}

const COLUMNS_IN_FILE = valueQuestion<string>("SELECT name FROM pragma_table_info('feature_making')");
const COLUMNS_ON_SERVER = valueQuestion<string>(
  "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'feature_making' ORDER BY ordinal_position",
);

/** The VRAs that have columns. @throws UsageError if there are other columns */
function vrasOf(columns: readonly string[]): string[] {
  const own = columns.filter((name) => name !== 'stem' && name !== 'timestamp');
  const strange = own.find((name) => !isVraName(name));
  if (strange === undefined) return own;
  throw new UsageError(
    `feature_making has the column ${strange}, which names no VRA: the ledger cannot be moved with it`,
  );
}

async function closing<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await database.close();
  }
}
