import { setMaxListeners } from 'node:events';
import type { NatsServers } from '@lvra/config';
import { messageOf, natsNames, sleep, subjects } from '@lvra/core';
import { connect, type JetStreamClient, type JetStreamManager, type NatsConnection } from 'nats';
import { loginOf, wordsOf } from './nats-login.js';
import { type DataFolder, ensureStreams } from './nats-streams.js';

export interface NatsOptions extends NatsServers {
  /** What this service is called at the server. */
  readonly name: string;
  readonly dataFolder: DataFolder;
  /** How long a message stays with a silent replica before another gets it. */
  readonly ackWaitMs: number;
  /** Called with a text when it is connected. */
  readonly onStatus: (status: string) => void;
  /** Called with the text of every new problem, and of what is wrong with streams that can be used. */
  readonly onProblem: (problem: string) => void;
}

/** The API of a working connection whose streams exist. */
export interface JetStreamHandles {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Aborted when the connection is not used any more. */
  readonly lost: AbortSignal;
}

const RETRY_MS = 1_000;
/** A server that takes longer is left for another: what it would tell, the sweep finds sooner. */
const ANSWERS_WITHIN_MS = 3_000;
const FLUSH_TIMEOUT_MS = 1_000;

/**
 * Maintains a connection to one of the NATS servers and the streams there, in the background, retrying without limit.
 * While there is none, `live` is undefined.
 *
 * There is one way back from any trouble: connect anew, to the next server, see to the streams, and go on.
 */
export class NatsConnectionManager {
  readonly #options: NatsOptions;
  readonly #closing = new AbortController();
  readonly #noted = new Set<string>();
  #live: JetStreamHandles | undefined;
  #lost = new AbortController();
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

  /** Undefined while there is no working connection. */
  get live(): JetStreamHandles | undefined {
    return this.#live;
  }

  /**
   * JetStream failed though the connection is up: the stream has no leader, its storage is lost, or full and disabled.
   * The connection is given up, so that no stem waits for it.
   */
  markDegraded(live: JetStreamHandles, problem: string): void {
    if (this.#live !== live) return;
    this.#markDown(problem);
    void live.connection.close();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#live?.connection;
    if (!connection || connection.isClosed()) return;
    await this.#flush(connection);
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
    const { servers } = this.#options;
    const closing = this.#closing.signal;
    let turn = Math.floor(Math.random() * servers.length);
    while (!closing.aborted) {
      // The server after the one that was lost comes first.
      const problems = new Map<string, string>();
      while (!closing.aborted && problems.size < servers.length) {
        const server = servers[turn++ % servers.length] as string;
        try {
          await this.#use(server);
          break;
        } catch (error) {
          problems.set(server, wordsOf(error));
        }
      }
      if (problems.size === servers.length) this.#markDown(ofServers(servers, problems));
      await sleep(RETRY_MS, closing);
    }
  }

  /**
   * Connects, and returns when the connection is closed.
   *
   * @throws what kept it from being of use
   */
  async #use(server: string): Promise<void> {
    const connection = await connect(loginOf(server, this.#options, ANSWERS_WITHIN_MS));
    // A service that ends meanwhile does not wait for it.
    const giveUp = () => void connection.close();
    this.#closing.signal.addEventListener('abort', giveUp);
    try {
      if (this.#closing.signal.aborted) return;
      await this.#goLive(connection);
      this.#closing.signal.removeEventListener('abort', giveUp);
      await connection.closed();
      if (this.#live) this.#markDown('NATS is disconnected; reconnecting');
    } finally {
      this.#closing.signal.removeEventListener('abort', giveUp);
      await connection.close();
    }
  }

  async #goLive(connection: NatsConnection): Promise<void> {
    const { prefix, replicas, dataFolder, onStatus } = this.#options;
    const names = natsNames(prefix);
    const manager = await connection.jetstreamManager({ timeout: ANSWERS_WITHIN_MS });
    for (const note of await ensureStreams(manager, { names, replicas, dataFolder })) this.#note(note);
    const jetstream = connection.jetstream({ timeout: ANSWERS_WITHIN_MS });
    // A stream whose disk was full answers requests but takes no messages until the server is restarted.
    await jetstream.publish(names.subject(subjects.probe));
    this.#lost = new AbortController();
    setMaxListeners(0, this.#lost.signal);
    this.#live = { connection, jetstream, manager, lost: this.#lost.signal };
    this.#problem = undefined;
    onStatus(`connected to NATS at ${connection.getServer()}`);
  }

  /** Says once what is wrong with a stream that can be used. */
  #note(note: string): void {
    if (!this.#noted.has(note)) this.#options.onProblem(note);
    this.#noted.add(note);
  }

  #markDown(problem: string): void {
    if (this.#closing.signal.aborted) return;
    this.#live = undefined;
    this.#lost.abort();
    if (problem !== this.#problem) this.#options.onProblem(problem);
    this.#problem = problem;
  }
}

/** What is wrong with each, once if it is the same. */
function ofServers(servers: readonly string[], problems: ReadonlyMap<string, string>): string {
  const each = [...new Set(problems.values())].map((words) => {
    const those = servers.filter((server) => problems.get(server) === words);
    return `NATS at ${those.join(', ')} cannot be used: ${words}`;
  });
  return `${each.join('; ')}; retrying`;
}
