import { statSync } from 'node:fs';
import type { Database, HeldLocks, OddValue, Questions, WriteTime, Writing } from '../database.js';
import type { LedgerTable } from '../move/ledger-table.js';
import { type Insert, type Question, type Statement, type Values, valueQuestion } from '../statements.js';
import { copyDatabase } from './backup.js';
import { checkpoint } from './checkpoint.js';
import { assertWritable, leaveWal } from './connection.js';
import type { Connection } from './driver.js';
import { storageError } from './errors.js';
import { assertInPlace, identityTextOf } from './file-identity.js';
import { unmovable } from './move/unmovable.js';
import { oddValues } from './odd-values.js';
import { PreparedStatements } from './prepared-statements.js';
import { WriteLock } from './write-lock.js';

const SCHEMA = valueQuestion<string>(
  "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
);

/**
 * The ledger in one SQLite file. SQLite answers at once, so every promise is settled when it is returned, and a
 * transaction runs to its end before any timer or socket of the process is served.
 */
export class SqliteDatabase implements Database {
  readonly isOnServer = false;
  readonly #connection: Connection;
  /** Tells the versions of one connection from those of the next. */
  readonly #opened = BigInt(Date.now()) * 1_000_000_000n;
  readonly #statements: PreparedStatements;
  readonly #lock: WriteLock;
  /** Resolves when the transactions that have begun, and those that wait for their turn, have ended. */
  #last: Promise<void> = Promise.resolve();
  /** Resolves when the open transaction has ended; set in the moment in which it begins. */
  #open: Promise<void> | undefined;
  #watcher: ((time: WriteTime) => void) | undefined;

  constructor(connection: Connection, busyTimeoutMs?: number) {
    this.#connection = connection;
    this.#statements = new PreparedStatements(connection);
    this.#lock = new WriteLock(connection, busyTimeoutMs);
  }

  get name(): string {
    return this.#connection.name;
  }

  get identity(): string | undefined {
    return identityTextOf(this.#connection);
  }

  // What a transaction of this process has not committed is nobody else's to see. Nothing may come between the look and
  // the statement.
  async get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined> {
    while (this.#open !== undefined) await this.#open;
    return this.#statements.get(question, values);
  }

  async all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]> {
    while (this.#open !== undefined) await this.#open;
    return this.#statements.all(question, values);
  }

  reading<T>(work: (ask: Questions) => Promise<T>): Promise<T> {
    const begin = (opened: () => void) => {
      this.#connection.exec('BEGIN');
      opened();
    };
    return this.#inTurn(() => this.#transact(begin, work));
  }

  async writing<T>(work: (tx: Writing) => Promise<T>): Promise<T> {
    assertWritable(this.#connection);
    const begun = performance.now();
    let locked: number | undefined;
    let worked: number | undefined;
    const begin = async (opened: () => void) => {
      assertInPlace(this.#connection);
      await this.#lock.take(opened, begun);
      locked = performance.now();
    };
    const timed = async (tx: Writing) => {
      const result = await work(tx);
      worked = performance.now();
      return result;
    };
    try {
      return await this.#inTurn(() => this.#transact(begin, timed));
    } finally {
      const ended = performance.now();
      const waitedMs = (locked ?? ended) - begun;
      this.#watcher?.({ ms: ended - begun, waitedMs, commitMs: ended - (worked ?? ended) });
    }
  }

  /** Does something when every transaction before has ended: the connection has only one at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const result = before.then(work);
    this.#last = result.then(ignore, ignore);
    return result;
  }

  /** @param begin calls `opened` at once when the transaction has begun: others must see neither it nor its lock */
  async #transact<T>(
    begin: (opened: () => void) => void | Promise<void>,
    work: (tx: Writing) => Promise<T>,
  ): Promise<T> {
    const transaction = new Transaction(this.#statements);
    let end = () => {};
    const opened = () => {
      this.#open = new Promise((resolve) => {
        end = resolve;
      });
    };
    try {
      // One whose rollback failed may be open still.
      this.#rollBack();
      await begin(opened);
      const result = await unlessItWaits(work(transaction));
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      throw storageError(this.name, error);
    } finally {
      transaction.hasEnded = true;
      try {
        this.#rollBack();
      } finally {
        this.#open = undefined;
        end();
      }
    }
  }

  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
    } catch (error) {
      throw storageError(this.name, error);
    }
  }

  onWrite(watcher: (time: WriteTime) => void): void {
    this.#watcher = watcher;
  }

  async lock(): Promise<HeldLocks> {
    return { assertHeld: async () => {}, release: async () => {} };
  }

  async assertInPlace(): Promise<void> {
    assertInPlace(this.#connection);
  }

  /** Writes a page unchanged. */
  probe(): Promise<void> {
    return this.writing(async () => {
      const version = this.#connection.pragma('user_version', { simple: true });
      this.#connection.pragma(`user_version = ${version}`);
    });
  }

  async tidy(): Promise<void> {
    while (this.#open !== undefined) await this.#open;
    try {
      checkpoint(this.#connection);
    } catch (error) {
      throw storageError(this.name, error);
    }
  }

  async logBytes(): Promise<number> {
    return statSync(`${this.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** SQLite counts for each connection by itself, and for other connections' commits alone. */
  async version(): Promise<bigint> {
    while (this.#open !== undefined) await this.#open;
    try {
      assertInPlace(this.#connection);
      return this.#opened + (this.#connection.pragma('data_version', { simple: true }) as bigint);
    } catch (error) {
      throw storageError(this.name, error);
    }
  }

  async clockOffsetMs(): Promise<number> {
    return 0;
  }

  /** SQLite takes the greatest there is. */
  async adoptKeys(): Promise<void> {}

  oddValues(): Promise<OddValue[]> {
    return this.#inTurn(async () => oddValues(this.#connection));
  }

  /** What no other ledger can keep, for people. */
  unmovable(tables: readonly LedgerTable[]): Promise<string[]> {
    return this.#inTurn(async () => unmovable(this.#connection, tables));
  }

  async schema(): Promise<string> {
    const statements = await this.all(SCHEMA);
    return `${statements.join(';\n')};\n`;
  }

  copyTo(path: string): Promise<void> {
    return this.#inTurn(async () => copyDatabase(this.#connection, path));
  }

  /** For tests that know SQLite. */
  static insideOf(database: SqliteDatabase): { connection: Connection; lock: WriteLock } {
    return { connection: database.#connection, lock: database.#lock };
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      leaveWal(this.#connection);
      this.#connection.close();
    });
  }
}

class Transaction implements Writing {
  readonly #statements: PreparedStatements;
  hasEnded = false;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  async get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined> {
    return this.#open().get(question, values);
  }

  async all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]> {
    return this.#open().all(question, values);
  }

  async run(statement: Statement, ...values: Values): Promise<number> {
    return this.#open().run(statement, values);
  }

  async each(insert: Insert, rows: readonly Values[]): Promise<number> {
    return this.#open().each(insert, rows);
  }

  #open(): PreparedStatements {
    if (this.hasEnded) throw new Error('a statement came after the end of its transaction, and was not executed');
    return this.#statements;
  }
}

const ignore = () => {};

/**
 * The result of a transaction's work.
 *
 * @throws if the work waits for anything but its statements: SQLite answers within the microtasks of this turn of the event
 *   loop, and what is next on the tick queue comes when none of them is left
 */
async function unlessItWaits<T>(work: Promise<T>): Promise<T> {
  let hasEnded = false;
  const waits = new Promise<never>((_resolve, reject) => {
    process.nextTick(() => {
      if (hasEnded) return;
      reject(new Error('a transaction of the ledger waited for something besides its statements, and was rolled back'));
    });
  });
  try {
    return await Promise.race([work, waits]);
  } finally {
    hasEnded = true;
  }
}
