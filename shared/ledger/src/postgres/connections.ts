import type pg from 'pg';
import { destroy } from './connection.js';
import { isFull, isOfConnection } from './errors.js';
import type { Hosts } from './hosts.js';
import { timed } from './timed.js';

/** So many questions at once; one of the connections may be the writer's. */
const MOST = 4;
/** How long a new connection may take to say which ledger it is to, ms. */
const CHECK_WITHIN_MS = 5_000;
/** How long the server may take to end a connection, ms. */
const END_WITHIN_MS = 2_000;

/** The connections of a process to the ledger's server: made when needed, lent to one user at a time. */
export class Connections {
  readonly #hosts: Hosts;
  /** Called once with each new connection, before it is used. */
  readonly #check: (client: pg.Client) => Promise<void>;
  readonly #idle: pg.Client[] = [];
  readonly #all = new Set<pg.Client>();
  readonly #waiting: (() => void)[] = [];
  #lent = 0;

  constructor(hosts: Hosts, check: (client: pg.Client) => Promise<void>) {
    this.#hosts = hosts;
    this.#check = check;
  }

  /**
   * Lends a connection. One on which something of the connection itself failed is not used again.
   *
   * @param atOnce without a turn, for who looks whether the others still get answers
   */
  async use<T>(work: (client: pg.Client) => Promise<T>, { atOnce = false } = {}): Promise<T> {
    while (this.#lent >= MOST && !atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent++;
    let client: pg.Client | undefined;
    try {
      client = this.#take() ?? (await this.#connect());
      const result = await unlessLost(client, work(client));
      if (this.#all.has(client)) this.#idle.push(client);
      return result;
    } catch (error) {
      if (client && !isOfConnection(error) && this.#all.has(client)) this.#idle.push(client);
      else if (client) {
        const { host, port } = client;
        this.#hosts.passOver(client);
        this.#drop((each) => each.host === host && each.port === port);
      } else if (!isFull(error)) this.dropAll();
      throw error;
    } finally {
      this.#lent--;
      this.#waiting.shift()?.();
    }
  }

  /**
   * Lets go of all connections; whoever waits for an answer on one gets an error. If one host is lost or does not answer, the
   * others' answers will not come either.
   */
  dropAll(): void {
    this.#drop(() => true);
  }

  /** Ends them in order. */
  async close(): Promise<void> {
    const idle = this.#idle.splice(0);
    for (const client of idle) this.#all.delete(client);
    const ends = idle.map((client) => timed(client.end(), END_WITHIN_MS).catch(() => destroy(client)));
    await Promise.all(ends);
    this.dropAll();
  }

  #take(): pg.Client | undefined {
    for (;;) {
      const client = this.#idle.pop();
      if (!client || this.#all.has(client)) return client;
    }
  }

  #drop(which: (client: pg.Client) => boolean): void {
    for (const client of this.#all) {
      if (!which(client)) continue;
      this.#all.delete(client);
      destroy(client);
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#hosts.connect();
    // After a failover nobody answers on those to another host, or what they say is not true any more.
    this.#drop(({ host, port }) => host !== client.host || port !== client.port);
    const forget = () => this.#all.delete(client);
    client.once('error', forget);
    client.once('end', forget);
    this.#all.add(client);
    try {
      await timed(this.#check(client), CHECK_WITHIN_MS);
      return client;
    } catch (error) {
      this.#all.delete(client);
      destroy(client);
      throw error;
    }
  }
}

/** Ends the wait for work whose connection is lost while it waits for something else; whoever is next must not wait for it. */
async function unlessLost<T>(client: pg.Client, work: Promise<T>): Promise<T> {
  let lose = () => {};
  const lost = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error('the connection was lost'), { code: '08006' });
    // A statement that waits for its answer has an error of its own, which says more: it comes first.
    lose = () => setImmediate(reject, error);
  });
  client.once('end', lose);
  try {
    return await Promise.race([work, lost]);
  } finally {
    client.off('end', lose);
    lost.catch(() => {});
    work.catch(() => {});
  }
}
