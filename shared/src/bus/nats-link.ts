import { setMaxListeners } from 'node:events';
import {
  connect,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  usernamePasswordAuthenticator,
} from 'nats';
import { messageOf } from '../errors.js';
import type { Secret } from '../settings/secrets.js';
import { sleep } from '../sleep.js';
import { type NatsNames, subjects } from '../subjects.js';
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
  /** Told when it is connected, in words. */
  readonly onStatus: (status: string) => void;
  /** Told of every new trouble, and of another deployment under the same names, in words. */
  readonly onTrouble: (trouble: string) => void;
}

/** A connection that works, with the streams there. */
export interface LiveLink {
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
}

const TRY_AGAIN_MS = 1_000;
const ANSWER_WITHIN_MS = 5_000;
const FLUSH_WITHIN_MS = 1_000;

/**
 * Keeps up a connection to NATS and the streams in it, in the background and for as long as it takes.
 * While there is none, `live` throws at once.
 */
export class NatsLink {
  readonly #options: NatsOptions;
  readonly #closing = new AbortController();
  #connection: NatsConnection | undefined;
  #live: LiveLink | undefined;
  #trouble: string | undefined = 'not connected to NATS yet';

  constructor(options: NatsOptions) {
    this.#options = options;
    // Each stage of each VRA listens; Node warns of more than ten.
    setMaxListeners(0, this.#closing.signal);
    void this.#keepUp();
  }

  /** What is wrong with it; undefined while it works. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Aborted when it is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** @throws where there is no connection that works now */
  get live(): LiveLink {
    if (!this.#live) throw new Error(this.#trouble);
    return this.#live;
  }

  /** The streams were not there: the server has lost its storage. */
  async restoreStreams(): Promise<void> {
    await this.#ensureStreams(this.live.manager);
  }

  async #ensureStreams(manager: JetStreamManager): Promise<void> {
    const { names, dataFolder, onTrouble } = this.#options;
    const other = await ensureStreams(manager, names, dataFolder);
    if (other === undefined) return;
    onTrouble(
      `the stream ${names.work.name} at NATS was last used with the data folder ${other}: if that is still in use, the two ` +
        'take each other’s messages; give each a nats_prefix of its own',
    );
  }

  /**
   * JetStream failed though the connection holds: its storage is gone, or full and switched off. Nothing is asked of it
   * until it answers again, so that no stem waits for it.
   */
  doubt(trouble: string): void {
    const connection = this.#connection;
    if (!this.#live || !connection) return;
    this.#lose(trouble);
    void this.#comeBack(connection);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    if (!connection || connection.isClosed()) return;
    if (this.#live) await this.#flush(connection);
    await connection.close();
  }

  /** Sends what is still in the buffer, the last acknowledgements; a server that is gone must not hold us up. */
  async #flush(connection: NatsConnection): Promise<void> {
    const flushed = new AbortController();
    try {
      await Promise.race([connection.flush(), sleep(FLUSH_WITHIN_MS, flushed.signal)]);
    } catch (error) {
      this.#options.onTrouble(`the last messages to NATS may be lost and come again: ${messageOf(error)}`);
    }
    flushed.abort();
  }

  async #keepUp(): Promise<void> {
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      try {
        await this.#connectOnce();
      } catch (error) {
        this.#lose(`NATS at ${this.#options.servers} cannot be used: ${wordsOf(error)}; trying again`);
      }
      await sleep(TRY_AGAIN_MS, closing);
    }
  }

  /** Connects and stays with the connection until it is closed for good. */
  async #connectOnce(): Promise<void> {
    const { servers, user, password, name } = this.#options;
    const connection = await connect({
      servers: servers.split(',').map((server) => server.trim()),
      name,
      // A function is asked at every log-in. `user` and `pass` beside it would win over what it says.
      ...(user !== undefined && { authenticator: usernamePasswordAuthenticator(user, password) }),
      maxReconnectAttempts: -1,
      // The password may be right again after the server has read its settings anew.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: 500,
      reconnectJitter: 500,
      pingInterval: 10_000,
      timeout: ANSWER_WITHIN_MS,
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
    const manager = await connection.jetstreamManager({ timeout: ANSWER_WITHIN_MS });
    await this.#ensureStreams(manager);
    const jetstream = connection.jetstream({ timeout: ANSWER_WITHIN_MS });
    // A stream whose disk was full answers every question and takes no message, until the server is started again.
    await jetstream.publish(this.#options.names.subject(subjects.probe));
    this.#live = { jetstream, manager };
    this.#trouble = undefined;
    this.#options.onStatus(`connected to NATS at ${connection.getServer()}`);
  }

  /** Follows the connection through losses until it is closed. */
  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#lose('NATS is disconnected; reconnecting');
      else if (type === 'reconnect') void this.#comeBack(connection);
    }
  }

  /** After a reconnect the server may have other storage, or need a while before it has any. */
  async #comeBack(connection: NatsConnection): Promise<void> {
    while (!connection.isClosed() && !this.#live) {
      try {
        await this.#goLive(connection);
      } catch (error) {
        this.#lose(`NATS is back but cannot be used: ${wordsOf(error)}; trying again`);
        await sleep(TRY_AGAIN_MS, this.#closing.signal);
      }
    }
  }

  #lose(trouble: string): void {
    if (this.#closing.signal.aborted) return;
    this.#live = undefined;
    if (trouble !== this.#trouble) this.#options.onTrouble(trouble);
    this.#trouble = trouble;
  }
}
