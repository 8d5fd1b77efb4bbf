import { setTimeout } from 'node:timers/promises';
import { BUSY_TIMEOUT_MS } from './connection.js';
import type { Connection } from './driver.js';
import { codeOf } from './errors.js';

const LOOK_AGAIN_MS = 1;

/**
 * SQLite's lock for writing. SQLite's own way to wait for it backs off up to 100 ms, which starves the longest waiter, and
 * stops the process meanwhile; this looks again every millisecond.
 */
export class WriteLock {
  readonly #connection: Connection;
  /** How long it waits before it gives up. */
  timeoutMs: number;

  constructor(connection: Connection, timeoutMs = BUSY_TIMEOUT_MS) {
    this.#connection = connection;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Begins a transaction that holds the lock. One that began with a read and then wrote could fail at once if another
   * process wrote in between.
   *
   * @param taken called at once when it holds the lock
   * @param since when the caller began to wait, by `performance.now()`: those that queue in this process wait together
   * @throws SQLite's error if others hold it for too long
   */
  async take(taken: () => void, since = performance.now()): Promise<void> {
    const deadline = since + this.timeoutMs;
    for (;;) {
      try {
        this.#begin();
        taken();
        return;
      } catch (error) {
        if (!codeOf(error).startsWith('SQLITE_BUSY') || performance.now() > deadline) throw error;
        await setTimeout(LOOK_AGAIN_MS);
      }
    }
  }

  #begin(): void {
    this.#connection.exec('PRAGMA busy_timeout = 0');
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
    } finally {
      this.#connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }
}
