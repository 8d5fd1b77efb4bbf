import { Worker } from 'node:worker_threads';
import type { Database } from './connection.js';
import { ExitTurn } from './exit-turn.js';

/**
 * From so many pages in the write-ahead log on, a commit checkpoints it by itself after all: the thread has not come
 * to it, or is gone. 16 MiB.
 */
const MOST_PAGES = 4_000;

/** So long a process that ends waits for the thread to close the database: it may be at a checkpoint. */
const LONGEST_WAIT_MS = 5_000;

export interface Checkpoints {
  /** The thread's, for all that it does with the database. */
  readonly turn: ExitTurn;
  /** Ends the thread; returns once it has closed the database, or cannot be waited for. */
  end(): void;
}

/** What the thread is told. */
export interface CheckpointData {
  readonly path: string;
  readonly mostPages: number;
  /** Of its `ExitTurn`. */
  readonly state: Int32Array;
  /** 1 once the thread has closed the database. */
  readonly closed: Int32Array;
}

/**
 * Moves the write-ahead log into the database on a thread of its own.
 *
 * SQLite does it within the commit that makes the log long enough. In a ledger of millions of rows each alert is on
 * pages of its own, so that this commit waits for a thousand scattered writes, and its process with it. What a commit
 * promises is the same either way: it is on the disk, in the log.
 */
export function checkpointBeside(database: Database): Checkpoints {
  database.pragma(`wal_autocheckpoint = ${MOST_PAGES}`);
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const closed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const turn = new ExitTurn(state);
  const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
    workerData: { path: database.name, mostPages: MOST_PAGES, state, closed } satisfies CheckpointData,
    // It needs nothing of what the process was started with, and next to no memory.
    ...{ execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 } },
  });
  thread.unref();
  process.once('exit', turn.end);
  thread.once('exit', () => {
    process.off('exit', turn.end);
    Atomics.store(closed, 0, 1);
  });
  // Commits do its work then, as they do without it.
  thread.once('error', (error) =>
    process.emitWarning(`the thread that checkpoints ${database.name} ended: ${error.message}`),
  );
  const end = () => {
    thread.postMessage('end');
    Atomics.wait(closed, 0, 0, LONGEST_WAIT_MS);
  };
  return { turn, end };
}
