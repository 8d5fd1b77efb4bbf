import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointData } from './checkpoints.js';
import { ExitTurn } from './exit-turn.js';
import { assertInPlace, LedgerGone, LedgerMoved, rememberFile } from './file-identity.js';
import Sqlite, { type Database } from './sqlite.js';

const LOOK_EVERY_MS = 1_000;
/** How often it goes after those who write meanwhile: the log begins anew only once all of it is in the database. */
const ROUNDS = 4;

const { path, mostPages, state, closed } = workerData as CheckpointData;
const turn = new ExitTurn(state);
let seen: unknown;
turn.take(begin);

function begin(): void {
  const database = new Sqlite(path, { fileMustExist: true });
  database.pragma('synchronous = FULL');
  // From here on it waits for nobody: where it cannot have a lock at once it tries again a second later.
  database.pragma('busy_timeout = 0');
  rememberFile(database);
  const looking = setInterval(() => turn.take(() => look(database)), LOOK_EVERY_MS);
  parentPort?.once('message', () => {
    clearInterval(looking);
    turn.take(() => database.close());
    Atomics.store(closed, 0, 1);
    Atomics.notify(closed, 0);
  });
}

function look(database: Database): void {
  try {
    // The log that it has open may not be the one that others write: to move that one would spoil theirs.
    assertInPlace(database);
    follow(database);
  } catch (error) {
    // The service says so, and ends or waits.
    if (error instanceof LedgerMoved || error instanceof LedgerGone) return;
    // A disk that is full or fails, or a lock. All stays in the log, and whoever writes there meets the same and says so.
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error;
  }
}

/** Brings the database up to where the log is, if anybody has committed since. */
function follow(database: Database): void {
  // Changes with every commit of another connection.
  const version = database.pragma('data_version', { simple: true });
  if (version === seen) return;
  for (let round = 0; round < ROUNDS; round++) {
    const { busy, log, checkpointed } = checkpoint(database, 'PASSIVE');
    // Another process is at it.
    if (busy) return;
    if (log === checkpointed) {
      seen = version;
      return;
    }
    // Writers come too thick: with the lock in hand the rest of it is little.
    if (round === ROUNDS - 1 && log > mostPages / 2) checkpoint(database, 'RESTART');
  }
}

function checkpoint(
  database: Database,
  mode: 'PASSIVE' | 'RESTART',
): { busy: number; log: number; checkpointed: number } {
  const [found] = database.pragma(`wal_checkpoint(${mode})`) as [{ busy: number; log: number; checkpointed: number }];
  return found;
}
