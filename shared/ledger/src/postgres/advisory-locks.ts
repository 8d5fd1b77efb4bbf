import { setTimeout } from 'node:timers/promises';
import { LockHeld } from '@lvra/core';
import type pg from 'pg';
import { type HeldLocks, LOCKABLE, type Lockable } from '../database.js';
import { destroy } from './connection.js';
import { serverError } from './errors.js';
import type { Hosts } from './hosts.js';
import { timed } from './timed.js';

/** The first number of each of these locks; the second is its place in the list of what can be locked. */
const CLASS = 7_261;
/** How long the session of a process that has just ended may still hold its locks, ms. */
const RELEASED_WITHIN_MS = 1_000;
const LOOK_AGAIN_MS = 100;
const ANSWER_WITHIN_MS = 5_000;
/** After how long without a look the server takes the locks from a process that has looked once, ms. */
const FREED_AFTER_MS = 15_000;

const HOLDERS = `SELECT application_name AS name, coalesce(host(client_addr), 'this host') AS host
  FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE locktype = 'advisory' AND classid = ${CLASS} AND objid = $1 AND granted AND pid <> pg_backend_pid()
    AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * Locks that all hosts see, held by a connection of their own. Nothing rests on them but that two programs which each do all the
 * work do not do it at once: what a stage records is checked in its own transaction. So a connection that is lost is made anew, and
 * the work goes on meanwhile.
 */
export class AdvisoryLocks implements HeldLocks {
  readonly #hosts: Hosts;
  readonly #name: string;
  readonly #names: readonly Lockable[];
  readonly #mode: 'exclusive' | 'shared';
  readonly #holder: string;
  readonly #freedAfterMs: number;
  #client: pg.Client | undefined;

  private constructor(
    hosts: Hosts,
    name: string,
    names: readonly Lockable[],
    mode: 'exclusive' | 'shared',
    holder: string,
    freedAfterMs: number,
  ) {
    this.#hosts = hosts;
    this.#name = name;
    this.#names = names;
    this.#mode = mode;
    this.#holder = holder;
    this.#freedAfterMs = freedAfterMs;
  }

  /** @throws LockHeld, which says who holds one of them */
  static async take(
    hosts: Hosts,
    name: string,
    names: readonly Lockable[],
    mode: 'exclusive' | 'shared',
    holder: string,
    freedAfterMs = FREED_AFTER_MS,
  ): Promise<AdvisoryLocks> {
    const locks = new AdvisoryLocks(hosts, name, names, mode, holder, freedAfterMs);
    await locks.assertHeld();
    return locks;
  }

  /**
   * Takes them again if their connection was lost. From the first look on they are kept by looking: the kernel of a process
   * that is stopped still answers for it. Who never looks, as a command does not, could not know that they are gone.
   *
   * @throws LockHeld if another process has one of them by now
   */
  async assertHeld(): Promise<void> {
    try {
      if (this.#client) {
        await timed(this.#client.query(`SET idle_session_timeout = ${this.#freedAfterMs}`), ANSWER_WITHIN_MS);
      } else {
        this.#client = await this.#take();
      }
    } catch (error) {
      await this.release();
      throw serverError(this.#name, error);
    }
  }

  async release(): Promise<void> {
    if (this.#client) destroy(this.#client);
    this.#client = undefined;
  }

  async #take(): Promise<pg.Client> {
    const client = await this.#hosts.connect(this.#holder);
    try {
      for (const name of this.#names) await this.#takeOne(client, name);
      return client;
    } catch (error) {
      destroy(client);
      throw error;
    }
  }

  async #takeOne(client: pg.Client, name: Lockable): Promise<void> {
    const number = LOCKABLE.indexOf(name);
    const kind = this.#mode === 'shared' ? '_shared' : '';
    const deadline = performance.now() + RELEASED_WITHIN_MS;
    for (;;) {
      const { rows } = await timed(
        client.query(`SELECT pg_try_advisory_lock${kind}(${CLASS}, ${number}) AS held`),
        ANSWER_WITHIN_MS,
      );
      if (rows[0]?.held === 1n) return;
      if (performance.now() > deadline) break;
      await setTimeout(LOOK_AGAIN_MS);
    }
    const { rows } = await timed(client.query(HOLDERS, [number]), ANSWER_WITHIN_MS);
    const holders = rows.map(({ name, host }) => `${name} from ${host}`).join(', ');
    throw new LockHeld(
      `${name} of the ledger ${this.#name} is held by ${holders || 'a process that has just ended'}: ` +
        'wait until it has ended, or stop it',
    );
  }
}
