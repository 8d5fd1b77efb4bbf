import { setMaxListeners } from 'node:events';
import type { Secret } from '@lvra/config';
import { messageOf, type NatsNames, sleep, subjects } from '@lvra/core';
import {
  connect,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  usernamePasswordAuthenticator,
} from 'nats';
import { type DataFolder, ensureStreams, wordsOf } from './nats-streams.js';

export interface NatsOptions {
  /** One or several `host:port`, comma-separated. */
  readonly servers: string;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** What this service is called at the server. */
  readonly name: string;
  readonly names: NatsNames;
  readonly dataFolder: DataFolder;
  /** How long a message stays with a silent replica before another gets it. */
  readonly ackWaitMs: number;
  /** Called with a text when it is connected. */
  readonly onStatus: (status: string) => void;
  /** Called with the text of every new problem, and if another deployment uses the same names. */
  readonly onProblem: (problem: string) => void;
}

/** The API of a working connection whose streams exist. */
export interface JetStreamHandles {
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
}

const RETRY_MS = 1_000;
const RESPONSE_TIMEOUT_MS = 5_000;
const FLUSH_TIMEOUT_MS = 1_000;

/**
 * Maintains a connection to NATS and the streams there, in the background, retrying without limit.
 * While there is no connection, `live` throws at once.
 */
export class NatsConnectionManager {
  readonly #options: NatsOptions;
  readonly #closing = new AbortController();
  #connection: NatsConnection | undefined;
  #live: JetStreamHandles | undefined;
  #problem: string | undefined = 'not connected to NATS yet';

  constructor(options: NatsOptions) {
    this.#options = options;
    // Each stage of each VRA listens; Node warns of more than ten.
    setMaxListeners(0, this.#closing.signal);
    void this.#maintainConnection();
  }

  /** What is wrong; undefined while it works. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Aborted when it is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** @throws Error if there is no working connection now */
  get live(): JetStreamHandles {
    if (!this.#live) throw new Error(this.#problem);
    return this.#live;
  }

  /** Creates the streams again after the server lost its storage. */
  async restoreStreams(): Promise<void> {
    await this.#ensureStreams(this.live.manager);
  }

  async #ensureStreams(manager: JetStreamManager): Promise<void> {
    const { names, dataFolder, onProblem } = this.#options;
    const other = await ensureStreams(manager, names, dataFolder);
    if (other === undefined) return;
    onProblem(
      `the stream ${names.work.name} at NATS was last used with the data folder ${other}: if that is still in use, the two ` +
        'take each other’s messages; give each a nats_prefix of its own',
    );
  }

  /**
   * JetStream failed though the connection is up: its storage is lost, or full and disabled. It is not used until it
   * answers again, so that no stem waits for it.
   */
  markDegraded(problem: string): void {
    const connection = this.#connection;
    if (!this.#live || !connection) return;
    this.#markDown(problem);
    void this.#restore(connection);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    if (!connection || connection.isClosed()) return;
    if (this.#live) await this.#flush(connection);
    await connection.close();
  }

  /** Sends the last acknowledgements that are still buffered; a lost server must not delay the end. */
  async #flush(connection: NatsConnection): Promise<void> {
    const flushed = new AbortController();
    try {
      await Promise.race([connection.flush(), sleep(FLUSH_TIMEOUT_MS, flushed.signal)]);
    } catch (error) {
      this.#options.onProblem(`the last messages to NATS may be lost and redelivered: ${messageOf(error)}`);
    }
    flushed.abort();
  }

  async #maintainConnection(): Promise<void> {
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      try {
        await this.#connectOnce();
      } catch (error) {
        this.#markDown(`NATS at ${this.#options.servers} cannot be used: ${wordsOf(error)}; retrying`);
      }
      await sleep(RETRY_MS, closing);
    }
  }

  /** Connects, and returns when the connection is closed permanently. */
  async #connectOnce(): Promise<void> {
    const { servers, user, password, name } = this.#options;
    const connection = await connect({
      servers: servers.split(',').map((server) => server.trim()),
      name,
      // A function is called at every log-in; `user` and `pass` beside it would override it.
      ...(user !== undefined && { authenticator: usernamePasswordAuthenticator(user, password) }),
      maxReconnectAttempts: -1,
      // The password may be right again after the server has reloaded its settings.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 500,
      reconnectJitter: 500,
      pingInterval: 10_000,
      timeout: RESPONSE_TIMEOUT_MS,
    });
    this.#connection = connection;
    try {
      if (this.#closing.signal.aborted) return;
      const following = this.#follow(connection);
      await this.#goLive(connection);
      await following;
    } finally {
      await connection.close();
    }
    const reason = await connection.closed();
    if (reason) throw reason;
  }

  async #goLive(connection: NatsConnection): Promise<void> {
    const manager = await connection.jetstreamManager({ timeout: RESPONSE_TIMEOUT_MS });
    await this.#ensureStreams(manager);
    const jetstream = connection.jetstream({ timeout: RESPONSE_TIMEOUT_MS });
    // A stream whose disk was full answers requests but takes no messages until the server is restarted.
    await jetstream.publish(this.#options.names.subject(subjects.probe));
    this.#live = { jetstream, manager };
    this.#problem = undefined;
    this.#options.onStatus(`connected to NATS at ${connection.getServer()}`);
  }

  /** Handles disconnects and reconnects until the connection is closed. */
  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#markDown('NATS is disconnected; reconnecting');
      else if (type === 'reconnect') void this.#restore(connection);
    }
  }

  /** After a reconnect the server may have other storage, or need a while before it has any. */
  async #restore(connection: NatsConnection): Promise<void> {
    while (!connection.isClosed() && !this.#live) {
      try {
        await this.#goLive(connection);
      } catch (error) {
        this.#markDown(`NATS is back but cannot be used: ${wordsOf(error)}; retrying`);
        await sleep(RETRY_MS, this.#closing.signal);
      }
    }
  }

  #markDown(problem: string): void {
    if (this.#closing.signal.aborted) return;
    this.#live = undefined;
    if (problem !== this.#problem) this.#options.onProblem(problem);
    this.#problem = problem;
  }
}
