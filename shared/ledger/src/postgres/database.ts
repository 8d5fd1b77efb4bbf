import { type LedgerServer, messageOf, nameOfLedgerServer, UsageError } from '@lvra/core';
import type pg from 'pg';
import type { Database, HeldLocks, Lockable, OddValue, Questions, WriteTime } from '../database.js';
import { LedgerReplaced } from '../errors.js';
import { type Question, statement, type Values, valueQuestion } from '../statements.js';
import { AdvisoryLocks } from './advisory-locks.js';
import { Connections } from './connections.js';
import { isOfConnection, serverError } from './errors.js';
import { Hosts } from './hosts.js';
import { identityOf } from './identity.js';
import { schemaText } from './schema/schema-text.js';
import { clockOffsetMs } from './server-checks.js';
import { timed } from './timed.js';
import { Transaction } from './transaction.js';

/** The one writer's lock among those of the database; any number would do. */
export const WRITERS_LOCK = 7_261_001;
/** How long a transaction waits for those of others before it gives up, from when its caller began, ms. */
const LOCK_TIMEOUT_MS = 10_000;
/** The shortest wait of one whose turn in this process came late, ms. */
const SHORTEST_LOCK_TIMEOUT_MS = 100;
/** How long the check may take whether the server still answers, ms. */
const CHECK_WITHIN_MS = 5_000;

const WITH_IDENTITY = valueQuestion<string>(
  `SELECT table_name FROM information_schema.columns
   WHERE table_schema = current_schema() AND is_identity = 'YES' AND column_name = 'id'`,
);
const nextIdOf = (table: string) =>
  valueQuestion(
    `SELECT setval(pg_get_serial_sequence('${table}', 'id'), coalesce(max(id), 0) + 1, false) FROM ${table}`,
  );
/** How many transactions with changes have ended: one that began before another one may end after it. */
const VERSION = valueQuestion<bigint>(
  `SELECT CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) - (SELECT count(*) FROM pg_snapshot_xip(s))
   FROM pg_current_snapshot() s`,
);
const TOUCH = statement('UPDATE data_folder SET id = id');

/**
 * The ledger in a PostgreSQL database, which processes of several hosts use. Writers wait for each other at one advisory lock,
 * at READ COMMITTED: what a transaction reads after it has the lock stays true until it commits, as in SQLite.
 */
export class PostgresDatabase implements Database {
  readonly name: string;
  readonly isOnServer = true;
  readonly #hosts: Hosts;
  readonly #connections: Connections;
  readonly #locks = new Set<AdvisoryLocks>();
  /** Resolves when the write transactions that have begun, and those that wait for their turn, have ended. */
  #last: Promise<void> = Promise.resolve();
  #watcher: ((time: WriteTime) => void) | undefined;
  /** What the ledger was when it was opened. */
  #identity: string | undefined;

  /** @param mayWrite false for one whose sessions the server keeps from writing */
  constructor(server: LedgerServer, { mayWrite = true } = {}) {
    this.name = nameOfLedgerServer(server);
    this.#hosts = new Hosts(server, this.name, { mayWrite });
    this.#connections = new Connections(this.#hosts, async (client) => {
      if (!mayWrite) await client.query('SET default_transaction_read_only = on');
      await this.#assertSame(client);
    });
  }

  get identity(): string | undefined {
    return this.#identity;
  }

  async get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined> {
    return (await this.#ask((ask) => ask.all(question, ...values)))[0];
  }

  all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]> {
    return this.#ask((ask) => ask.all(question, ...values));
  }

  reading<T>(work: (ask: Questions) => Promise<T>): Promise<T> {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
    return this.#use((client) => transact(new Transaction(client, false), begin, work));
  }

  async writing<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const begun = performance.now();
    const times = { locked: undefined as number | undefined, worked: undefined as number | undefined };
    const writing = () =>
      this.#use((client) => {
        const waited = performance.now() - begun;
        const timeout = Math.ceil(Math.max(LOCK_TIMEOUT_MS - waited, SHORTEST_LOCK_TIMEOUT_MS));
        const begin = `BEGIN; SET LOCAL lock_timeout = ${timeout}; SELECT pg_advisory_xact_lock(${WRITERS_LOCK})`;
        return transact(new Transaction(client, true), begin, async (tx) => {
          times.locked = performance.now();
          const result = await work(tx);
          times.worked = performance.now();
          return result;
        });
      });
    const result = this.#last.then(writing);
    this.#last = result.then(ignore, ignore);
    try {
      return await result;
    } finally {
      const ended = performance.now();
      const waitedMs = (times.locked ?? ended) - begun;
      this.#watcher?.({ ms: ended - begun, waitedMs, commitMs: ended - (times.worked ?? ended) });
    }
  }

  onWrite(watcher: (time: WriteTime) => void): void {
    this.#watcher = watcher;
  }

  async lock(names: readonly Lockable[], mode: 'exclusive' | 'shared', holder: string): Promise<HeldLocks> {
    const locks = await AdvisoryLocks.take(this.#hosts, this.name, names, mode, holder);
    this.#locks.add(locks);
    return {
      assertHeld: () => locks.assertHeld(),
      release: async () => {
        this.#locks.delete(locks);
        await locks.release();
      },
    };
  }

  /** Also lets go of connections to a server that does not answer: nothing else would end those that wait for it. */
  async assertInPlace(): Promise<void> {
    await this.#use((client) => timed(this.#assertSame(client), CHECK_WITHIN_MS), { atOnce: true });
    for (const locks of this.#locks) await locks.assertHeld();
  }

  probe(): Promise<void> {
    return this.writing(async (tx) => {
      await tx.run(TOUCH);
    });
  }

  /** The server does it by itself. */
  async tidy(): Promise<void> {}

  async logBytes(): Promise<number> {
    return 0;
  }

  async version(): Promise<bigint> {
    return (await this.get(VERSION))!;
  }

  clockOffsetMs(): Promise<number> {
    return this.#ask(clockOffsetMs);
  }

  adoptKeys(): Promise<void> {
    return this.writing(async (tx) => {
      for (const table of await tx.all(WITH_IDENTITY)) await tx.get(nextIdOf(table));
      // Else the first questions go through whole tables, until the server does it by itself.
      await tx.define('ANALYZE');
    });
  }

  /** Columns let no others in. */
  async oddValues(): Promise<OddValue[]> {
    return [];
  }

  schema(): Promise<string> {
    return this.#ask(schemaText);
  }

  async copyTo(path: string): Promise<void> {
    throw new UsageError(
      `the ledger ${this.name} is on a server, and cannot be copied to ${path}: back up its database there`,
    );
  }

  async close(): Promise<void> {
    await this.#last;
    for (const locks of this.#locks) await locks.release();
    await this.#connections.close();
  }

  /** From now on only this ledger is used: after a failover the new primary must be the old one's standby. */
  async remember(): Promise<void> {
    this.#identity = await this.#use(identityOf);
  }

  async #assertSame(client: pg.Client): Promise<void> {
    if (this.#identity === undefined) return;
    const found = await identityOf(client);
    if (found === this.#identity) return;
    throw new LedgerReplaced(
      `the ledger ${this.name} is another one than when this process started (${found}, before: ${this.#identity}): is the ` +
        'new primary a standby of the old one? Start again when it is right',
    );
  }

  #ask<T>(work: (ask: Questions) => Promise<T>): Promise<T> {
    return this.#use(async (client) => {
      const alone = new Transaction(client, false);
      try {
        return await work(alone);
      } finally {
        alone.hasEnded = true;
      }
    });
  }

  async #use<T>(work: (client: pg.Client) => Promise<T>, how?: { readonly atOnce: boolean }): Promise<T> {
    try {
      return await this.#connections.use(work, how);
    } catch (error) {
      throw serverError(this.name, error);
    }
  }
}

async function transact<T>(transaction: Transaction, begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    await transaction.control(begin);
    const result = await work(transaction);
    // A transaction in which a statement had failed is rolled back without an error.
    if ((await transaction.control('COMMIT').catch(unanswered)) === 'COMMIT') return result;
    throw new Error('a statement of the transaction had failed, and the work went on: it was rolled back');
  } catch (error) {
    if (!isOfConnection(error)) await transaction.control('ROLLBACK');
    throw error;
  } finally {
    transaction.hasEnded = true;
  }
}

/** Without its answer it may have been done: callers ask, or do what is harmless twice. */
function unanswered(error: unknown): never {
  if (!isOfConnection(error)) throw error;
  const said = `the answer to COMMIT did not come (${messageOf(error)}), so it may have been done or not`;
  throw Object.assign(new Error(said, { cause: error }), { code: '08007' });
}

const ignore = () => {};
