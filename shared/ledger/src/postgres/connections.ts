import type pg from 'pg';
import { destroy } from './connection.js';
import { isOfConnection } from './errors.js';
import type { Hosts } from './hosts.js';

/** So many questions at once; one of the connections may be the writer's. */
const MOST = 4;

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

  /** Lends a connection. One on which something of the connection itself failed is not used again. */
  async use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    while (this.#lent >= MOST) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent++;
    let client: pg.Client | undefined;
    try {
      client = this.#take() ?? (await this.#connect());
      const result = await work(client);
      if (this.#all.has(client)) this.#idle.push(client);
      return result;
    } catch (error) {
      if (client && !isOfConnection(error) && this.#all.has(client)) this.#idle.push(client);
      else {
        if (client && this.#all.size > 0) this.#hosts.passOver();
        this.dropAll();
      }
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
    this.#idle.length = 0;
    for (const client of this.#all) destroy(client);
    this.#all.clear();
  }

  /** Ends them in order. */
  async close(): Promise<void> {
    const idle = this.#idle.splice(0);
    for (const client of idle) this.#all.delete(client);
    await Promise.all(idle.map((client) => client.end()));
    this.dropAll();
  }

  #take(): pg.Client | undefined {
    for (;;) {
      const client = this.#idle.pop();
      if (!client || this.#all.has(client)) return client;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#hosts.connect();
    const forget = () => this.#all.delete(client);
    client.once('error', forget);
    client.once('end', forget);
    this.#all.add(client);
    try {
      await this.#check(client);
      return client;
    } catch (error) {
      this.#all.delete(client);
      destroy(client);
      throw error;
    }
  }
}
