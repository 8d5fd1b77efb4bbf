import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from './sqlite.js';

const LOOK_EVERY_MS = 1_000;
/** How often it goes after those who write meanwhile: the log begins anew only once all of it is in the database. */
const ROUNDS = 4;

const { path, mostPages } = workerData as { path: string; mostPages: number };
// It waits for nobody: who cannot have the lock at once tries again a second later, and holds up no writer.
const database = new Sqlite(path, { timeout: 0, fileMustExist: true });
database.pragma('synchronous = FULL');

let seen: unknown;
const looking = setInterval(look, LOOK_EVERY_MS);
parentPort?.once('message', () => {
  clearInterval(looking);
  database.close();
});

function look(): void {
  // Changes with every commit of another connection.
  const version = database.pragma('data_version', { simple: true });
  if (version === seen) return;
  for (let round = 0; round < ROUNDS; round++) {
    const { busy, log, checkpointed } = checkpoint('PASSIVE');
    // Another process is at it.
    if (busy) return;
    if (log === checkpointed) {
      seen = version;
      return;
    }
    // Writers come too thick: with the lock in hand the rest of it is little.
    if (round === ROUNDS - 1 && log > mostPages / 2) checkpoint('RESTART');
  }
}

function checkpoint(mode: 'PASSIVE' | 'RESTART'): { busy: number; log: number; checkpointed: number } {
  const [found] = database.pragma(`wal_checkpoint(${mode})`) as [{ busy: number; log: number; checkpointed: number }];
  return found;
}
