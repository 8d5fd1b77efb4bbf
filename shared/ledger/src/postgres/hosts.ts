import { type LedgerServer, messageOf } from '@lvra/core';
import type pg from 'pg';
import { LedgerUnavailable } from '../errors.js';
import { connectTo, destroy } from './connection.js';
import { timed } from './timed.js';

const ANSWER_WITHIN_MS = 5_000;

/** Whether it takes writes, and its timeline: each promotion of a standby begins one. */
const ROLE = `SELECT current_setting('transaction_read_only') = 'off' AS writes, CASE WHEN NOT pg_is_in_recovery()
  THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END AS timeline`;

/** The hosts of the ledger's server, of which one takes writes. Drivers follow no failover, so each is asked. */
export class Hosts {
  readonly #server: LedgerServer;
  readonly #name: string;
  readonly #mayWrite: boolean;
  /** Where to begin: the one after the one that failed last. */
  #first = 0;
  /** The newest timeline that was seen. */
  #newest = 0n;

  /** @param name for people @param mayWrite false where a role that may only read will do */
  constructor(server: LedgerServer, name: string, { mayWrite = true } = {}) {
    this.#server = server;
    this.#name = name;
    this.#mayWrite = mayWrite;
  }

  /**
   * Connects to the host that takes writes. One that took them before a failover, and does not know of it, is passed over: no
   * standby would confirm its commits.
   *
   * @param command what the process does, for pg_stat_activity
   * @throws LedgerUnavailable if there is none, with what each said
   */
  async connect(command?: string): Promise<pg.Client> {
    const { hosts } = this.#server;
    if (this.#newest === 0n && hosts.length > 1) await this.#learnNewest();
    const refusals: string[] = [];
    // Others that connect meanwhile may change it.
    const first = this.#first;
    let cause: unknown;
    for (let tried = 0; tried < hosts.length; tried++) {
      const at = (first + tried) % hosts.length;
      const { host, port } = hosts[at]!;
      let client: pg.Client | undefined;
      try {
        client = await connectTo(this.#server, host, port, command);
        const refusal = await this.#refusalOf(client);
        if (refusal === undefined) {
          this.#first = at;
          return client;
        }
        destroy(client);
        refusals.push(`${host}:${port} ${refusal}`);
      } catch (error) {
        if (client) destroy(client);
        cause = error;
        refusals.push(`${host}:${port}: ${reasonOf(error)}`);
      }
    }
    throw new LedgerUnavailable(
      `the ledger ${this.#name} cannot be used (${refusals.join('; ')}): see to its server, or to the network`,
      { cause },
    );
  }

  /** Its connection was lost, or what was asked had no answer: next time another host is asked first. */
  passOver({ host, port }: pg.Client): void {
    const first = this.#server.hosts[this.#first]!;
    if (first.host === host && first.port === port) this.#first = (this.#first + 1) % this.#server.hosts.length;
  }

  /** A process that starts knows of no failover: an old primary that stood still meanwhile would take its writes and never confirm. */
  async #learnNewest(): Promise<void> {
    const asked = this.#server.hosts.map(async ({ host, port }) => {
      const client = await connectTo(this.#server, host, port);
      await this.#refusalOf(client).finally(() => destroy(client));
    });
    // Those that do not answer are told of by who connects.
    await Promise.allSettled(asked);
  }

  async #refusalOf(client: pg.Client): Promise<string | undefined> {
    const { rows } = await timed(client.query<{ writes: bigint; timeline: bigint | null }>(ROLE), ANSWER_WITHIN_MS);
    const { writes, timeline } = rows[0]!;
    if (timeline === null) return 'is a standby';
    if (this.#mayWrite && writes !== 1n) return `lets ${this.#server.user} only read`;
    if (timeline < this.#newest) return 'was the primary before the last failover';
    this.#newest = timeline;
    return undefined;
  }
}

/** Where a name has several addresses, each has its own error. */
function reasonOf(error: unknown): string {
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(messageOf).join(', ')
    : messageOf(error);
}
