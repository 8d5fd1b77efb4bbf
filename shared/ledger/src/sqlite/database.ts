import { statSync } from 'node:fs';
import type { Database, OddValue, Questions, WriteTime, Writing } from '../database.js';
import type { Insert, Question, Statement, Values } from '../statements.js';
import { copyDatabase } from './backup.js';
import { checkpoint } from './checkpoint.js';
import { assertWritable, leaveWal } from './connection.js';
import type { Connection } from './driver.js';
import { storageError } from './errors.js';
import { assertInPlace } from './file-identity.js';
import { oddValues } from './odd-values.js';
import { PreparedStatements } from './prepared-statements.js';
import { WriteLock } from './write-lock.js';

/**
 * The ledger in one SQLite file. SQLite answers at once, so every promise is settled when it is returned, and a
 * transaction runs to its end before any timer or socket of the process is served.
 */
export class SqliteDatabase implements Database {
  readonly #connection: Connection;
  readonly #statements: PreparedStatements;
  readonly #lock: WriteLock;
  /** Resolves when the transactions that have begun, and those that wait for their turn, have ended. */
  #last: Promise<void> = Promise.resolve();
  /** Resolves when the open transaction has ended. */
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

  async get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined> {
    await this.#committed();
    return this.#statements.get(question, values);
  }

  async all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]> {
    await this.#committed();
    return this.#statements.all(question, values);
  }

  reading<T>(work: (ask: Questions) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#transact(() => this.#connection.exec('BEGIN'), work));
  }

  async writing<T>(work: (tx: Writing) => Promise<T>): Promise<T> {
    assertWritable(this.#connection);
    const begun = performance.now();
    let locked: number | undefined;
    let worked: number | undefined;
    const begin = async () => {
      assertInPlace(this.#connection);
      await this.#lock.take();
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

  async #transact<T>(begin: () => unknown, work: (tx: Writing) => Promise<T>): Promise<T> {
    const transaction = new Transaction(this.#statements);
    let end = () => {};
    try {
      await begin();
      this.#open = new Promise((resolve) => {
        end = resolve;
      });
      const result = await unlessItWaits(work(transaction));
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      throw storageError(this.name, error);
    } finally {
      transaction.hasEnded = true;
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      this.#open = undefined;
      end();
    }
  }

  /** What a transaction of this process has not committed is nobody else's to see. */
  async #committed(): Promise<void> {
    while (this.#open !== undefined) await this.#open;
  }

  onWrite(watcher: (time: WriteTime) => void): void {
    this.#watcher = watcher;
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
    await this.#committed();
    try {
      checkpoint(this.#connection);
    } catch (error) {
      throw storageError(this.name, error);
    }
  }

  async logBytes(): Promise<number> {
    return statSync(`${this.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  async oddValues(): Promise<OddValue[]> {
    return oddValues(this.#connection);
  }

  async schema(): Promise<string> {
    const statements = this.#connection
      .prepare<[], string>(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .pluck()
      .all();
    return `${statements.join(';\n')};\n`;
  }

  async copyTo(path: string): Promise<void> {
    await this.#committed();
    copyDatabase(this.#connection, path);
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
 * @throws if the work waits for anything but its statements: SQLite answers before any timer, file or socket is served
 */
async function unlessItWaits<T>(work: Promise<T>): Promise<T> {
  let idle: NodeJS.Immediate | undefined;
  const waits = new Promise<never>((_resolve, reject) => {
    idle = setImmediate(() =>
      reject(new Error('a transaction of the ledger waited for something besides its statements, and was rolled back')),
    );
  });
  try {
    return await Promise.race([work, waits]);
  } finally {
    clearImmediate(idle);
  }
}
