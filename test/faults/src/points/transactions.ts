import { SqliteDatabase } from '@lvra/ledger/testing/sqlite';
import { pass } from './point.js';

/** Puts points before and after each COMMIT, named after the method of the ledger whose transaction it is. */
export async function watchTransactions(): Promise<void> {
  watch(SqliteDatabase.prototype);
  // Not loaded where the ledger is a file, as in the services themselves.
  if (process.env.LVRA_LEDGER) watch((await import('@lvra/ledger/testing/postgres')).PostgresDatabase.prototype);
}

/** A database of either engine. */
interface Watched<Tx> {
  writing(work: (tx: Tx) => Promise<unknown>): Promise<unknown>;
}

function watch<Tx>(database: Watched<Tx>): void {
  const { writing } = database;
  database.writing = async function (this: Watched<Tx>, work) {
    const name = `commit ${caller()}`;
    const result = await writing.call(this, async (tx) => {
      const done = await work(tx);
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
