import { setTimeout as sleep } from 'node:timers/promises';
import { checkpointBeside } from '../ledger/checkpoints.js';
import Sqlite from '../ledger/sqlite.js';

// A process of checkpoints.test.ts: node exits-amid-opening.js DATABASE
// It ends while its thread waits, within SQLite, for a lock that the opening needs; with 4 where it did not
// let the thread come to an end of that first.
const database = new Sqlite(process.argv[2]);
database.exec('CREATE TABLE ballast (bytes BLOB); BEGIN EXCLUSIVE');
const { turn } = checkpointBeside(database);
for (const deadline = Date.now() + 20_000; !turn.taken; await sleep(1)) {
  if (Date.now() > deadline) throw new Error('the thread opens the ledger and takes no turn for it');
}
// By now it looks for the lock every 50 ms at most.
await sleep(300);
process.once('exit', () => {
  if (turn.taken) process.exitCode = 4;
});
database.exec('ROLLBACK');
process.exit();
