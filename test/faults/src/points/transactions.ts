import { SqliteDatabase } from '@lvra/ledger/testing/sqlite';
import { pass } from './point.js';

/** Puts points before and after each COMMIT, named after the method of the ledger whose transaction it is. */
export function watchTransactions(): void {
  const { writing } = SqliteDatabase.prototype;
  SqliteDatabase.prototype.writing = async function (work) {
    const name = `commit ${caller()}`;
    const result = await writing.call(this, async (tx) => {
      const done = await work(tx);
      pass('before', name);
      return done;
    });
    pass('after', name);
    return result as Awaited<ReturnType<typeof work>>;
  };
}

/** The method of a class of the ledger that asked for it. */
function caller(): string {
  const stack = new Error('where').stack ?? '';
  const found = /at (?:async )?(?:new )?([A-Z]\w*)\.#?(\w+) \(.*\/ledger\//.exec(stack);
  return found ? `${found[1]}.${found[2]}` : 'of the start';
}
