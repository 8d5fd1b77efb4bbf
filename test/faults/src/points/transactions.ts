import { SqliteDatabase } from '@lvra/ledger/testing/sqlite';
import { nameOfTransaction } from '../ledgers/transaction-name.js';
import { pass } from './point.js';

/**
 * Puts points before and after each COMMIT, named after the method of the ledger whose transaction it is. With FAULT_NAMES
 * that name is told to the proxy on the way to the server too.
 */
export async function watchTransactions(): Promise<void> {
  watch(SqliteDatabase.prototype);
  // Not loaded where the ledger is a file, as in the services themselves.
  if (!process.env.LVRA_LEDGER) return;
  const { PostgresDatabase } = await import('@lvra/ledger/testing/postgres');
  const tell = process.env.FAULT_NAMES !== undefined;
  watch(PostgresDatabase.prototype, async (tx, name) => {
    if (tell) await tx.control(nameOfTransaction(name));
  });
}

/** A database of either engine. */
interface Watched<Tx> {
  writing(work: (tx: Tx) => Promise<unknown>): Promise<unknown>;
}

/** @param beforeCommit what else is done at the end of a transaction */
function watch<Tx>(database: Watched<Tx>, beforeCommit?: (tx: Tx, name: string) => Promise<void>): void {
  const { writing } = database;
  database.writing = async function (this: Watched<Tx>, work) {
    const name = `commit ${caller()}`;
    const result = await writing.call(this, async (tx) => {
      const done = await work(tx);
      await beforeCommit?.(tx, name);
      pass('before', name);
      return done;
    });
    pass('after', name);
    return result;
  };
}

/** The method of a class of the ledger that asked for it. */
function caller(): string {
  const stack = new Error('where').stack ?? '';
  const found = /at (?:async )?(?:new )?([A-Z]\w*)\.#?(\w+) \(.*\/ledger\//.exec(stack);
  return found ? `${found[1]}.${found[2]}` : 'of the start';
}
