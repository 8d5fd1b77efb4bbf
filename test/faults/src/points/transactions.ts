import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import { pass } from './point.js';

type Transaction = ReturnType<Database['transaction']>;

/** Puts points before and after each COMMIT, named after the method of the ledger whose transaction it is. */
export function watchTransactions(): void {
  const prototype = Sqlite.prototype as unknown as Database;
  const { transaction } = prototype;
  prototype.transaction = function (this: Database, work: (...args: unknown[]) => unknown) {
    const name = `commit ${caller()}`;
    let writes = false;
    const made: Transaction = transaction.call(this, (...args: unknown[]) => {
      const result = work(...args);
      if (writes) pass('before', name);
      return result;
    });
    const immediate = (...args: unknown[]) => {
      writes = true;
      const result = made.immediate(...args);
      pass('after', name);
      return result;
    };
    const { deferred, exclusive } = made;
    return Object.assign((...args: unknown[]) => made(...args), { immediate, deferred, exclusive });
  } as Database['transaction'];
  watchSingleStatements();
}

/** Statements that are a transaction by themselves. */
function watchSingleStatements(): void {
  const database = new Sqlite(':memory:');
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as { run: (...args: unknown[]) => unknown };
  database.close();
  const { run } = prototype;
  prototype.run = function (this: { database: Database; source: string }, ...args: unknown[]) {
    const isOwn = !this.database.inTransaction && !this.source.startsWith('BEGIN');
    if (!isOwn) return run.apply(this, args);
    const name = `commit ${caller()}`;
    pass('before', name);
    const result = run.apply(this, args);
    pass('after', name);
    return result;
  };
}

/** The method of a class of the ledger that asked for it. */
function caller(): string {
  const stack = new Error('where').stack ?? '';
  const found = /at (?:new )?([A-Z]\w*)\.#?(\w+) \(.*\/ledger\//.exec(stack.replace(/at (Database|Statement)\./g, ''));
  return found ? `${found[1]}.${found[2]}` : 'of the start';
}
