import { Ledger } from '../ledger.js';
import { SqliteDatabase } from '../sqlite/database.js';
import { everyTransaction } from './every-transaction.js';

// Makes every kind of write transaction of a ledger, and is killed before or after the commit of the n-th.
const [path = '', nth, side] = process.argv.slice(2);
const ledger = await Ledger.open(path, ['r0b'], { create: false });
const { writing } = SqliteDatabase.prototype;
let number = 0;
SqliteDatabase.prototype.writing = async function (work) {
  const isIt = ++number === Number(nth);
  const result = await writing.call(this, async (tx) => {
    const done = await work(tx);
    if (isIt && side === 'before') process.kill(process.pid, 'SIGKILL');
    return done;
  });
  if (isIt) process.kill(process.pid, 'SIGKILL');
  return result as Awaited<ReturnType<typeof work>>;
};
await everyTransaction(ledger);
throw new Error(`there are only ${number} transactions`);
