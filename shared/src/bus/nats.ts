import {
  AckPolicy,
  type Consumer,
  connect,
  DiscardPolicy,
  type JetStreamClient,
  JSONCodec,
  type JsMsg,
  type NatsConnection,
  RetentionPolicy,
  StorageType,
} from 'nats';
import { messageOf } from '../errors.js';
import type { Route } from '../routes.js';
import { sleep } from '../sleep.js';
import { DEAD_STREAM, WORK_STREAM } from '../subjects.js';
import type { Bus, Delivery, StemMessage, Subscription } from './bus.js';

export interface NatsOptions {
  /** One or several `host:port`, comma-separated. */
  readonly servers: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** What this service is called at the server. */
  readonly name: string;
  /** How long a message stays with a silent replica before another gets it. */
  readonly ackWaitMs: number;
  /** Told of every change of the connection, in words. */
  readonly onStatus: (status: string) => void;
}

const NANOSECONDS_PER_MS = 1_000_000;
/** A stem that was not worked off in a week is the sweep's alone. */
const KEEP_WORK_MS = 7 * 24 * 3_600_000;
const KEEP_DEAD_MS = 90 * 24 * 3_600_000;
/** A message that comes this often without an acknowledgement has killed as many processes; the ledger has counted. */
const MOST_DELIVERIES = 20;

const codec = JSONCodec<StemMessage>();

/**
 * The bus of the services: NATS JetStream, durable pull consumers, explicit acknowledgements.
 *
 * Connects in the background for as long as it takes; until then, and whenever the server is gone, publishing
 * fails at once and subscriptions are silent, and the stages go on by sweeping the ledger.
 */
export class NatsBus implements Bus {
  readonly #options: NatsOptions;
  #connection: NatsConnection | undefined;
  #jetstream: JetStreamClient | undefined;
  #trouble: string | undefined = 'not connected yet';
  #closed = false;
  readonly #connecting: Promise<void>;

  constructor(options: NatsOptions) {
    this.#options = options;
    this.#connecting = this.#connect();
  }

  async #connect(): Promise<void> {
    const { servers, user, password, name, onStatus } = this.#options;
    while (!this.#closed) {
      try {
        const connection = await connect({
          servers: servers.split(',').map((server) => server.trim()),
          name,
          ...(user === undefined ? {} : { user }),
          ...(password === undefined ? {} : { pass: password }),
          maxReconnectAttempts: -1,
          reconnectTimeWait: 500,
          reconnectJitter: 500,
          pingInterval: 10_000,
          timeout: 5_000,
        });
        this.#connection = connection;
        void this.#follow(connection);
        await this.#ensureStreams();
        this.#trouble = undefined;
        onStatus(`connected to NATS at ${connection.getServer()}`);
        return;
      } catch (error) {
        await this.#connection?.close();
        this.#connection = undefined;
        this.#report(`NATS at ${servers} cannot be used: ${messageOf(error)}; trying again`);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }

  #report(trouble: string): void {
    if (trouble !== this.#trouble) this.#options.onStatus(trouble);
    this.#trouble = trouble;
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.#report('NATS is disconnected; reconnecting');
      if (status.type === 'reconnect') {
        // The server may have lost its storage: streams are made again, consumers when they are next used.
        try {
          await this.#ensureStreams();
          this.#trouble = undefined;
          this.#options.onStatus(`reconnected to NATS at ${connection.getServer()}`);
        } catch (error) {
          this.#report(`NATS is back but its streams are not: ${messageOf(error)}`);
        }
      }
    }
  }

  async #ensureStreams(): Promise<void> {
    if (!this.#connection) throw new Error('not connected');
    const manager = await this.#connection.jetstreamManager({ timeout: 5_000 });
    for (const [stream, keepMs] of [
      [WORK_STREAM, KEEP_WORK_MS],
      [DEAD_STREAM, KEEP_DEAD_MS],
    ] as const) {
      const config = {
        ...stream,
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        discard: DiscardPolicy.Old,
        max_msgs_per_subject: 1,
        max_age: keepMs * NANOSECONDS_PER_MS,
      };
      try {
        await manager.streams.info(stream.name);
        await manager.streams.update(stream.name, config);
      } catch {
        await manager.streams.add(config);
      }
    }
    this.#jetstream = this.#connection.jetstream({ timeout: 5_000 });
  }

  async publish(subject: string, message: StemMessage): Promise<void> {
    if (!this.#jetstream) throw new Error(this.#trouble ?? 'NATS is not connected');
    try {
      await this.#jetstream.publish(subject, codec.encode(message));
    } catch (error) {
      // A server whose storage was wiped while the connection held has no streams: make them and try once more.
      await this.#ensureStreams();
      await this.#jetstream.publish(subject, codec.encode(message)).catch((again) => {
        throw new Error(`${subject} could not be announced: ${messageOf(again)}`, { cause: error });
      });
    }
  }

  async subscribe(route: Route): Promise<Subscription> {
    return new NatsSubscription(
      route,
      this.#options.ackWaitMs,
      () => this.#consumerOf(route),
      (trouble) => this.#report(trouble),
    );
  }

  async #consumerOf(route: Route): Promise<Consumer> {
    if (!this.#connection || !this.#jetstream) throw new Error(this.#trouble ?? 'NATS is not connected');
    const manager = await this.#connection.jetstreamManager({ timeout: 5_000 });
    await manager.consumers.add(WORK_STREAM.name, {
      durable_name: route.durable,
      filter_subject: route.filter,
      ack_policy: AckPolicy.Explicit,
      ack_wait: this.#options.ackWaitMs * NANOSECONDS_PER_MS,
      max_deliver: MOST_DELIVERIES,
      max_ack_pending: 1_000,
    });
    return this.#jetstream.consumers.get(WORK_STREAM.name, route.durable);
  }

  trouble(): string | undefined {
    return this.#trouble;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Acknowledgements that are still in the buffer go out first; a server that is gone must not hold us up.
    if (this.#connection && !this.#connection.isClosed()) {
      const connection = this.#connection;
      await Promise.race([connection.flush(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      await connection.close();
    }
    await this.#connecting;
  }
}

class NatsSubscription implements Subscription {
  #consumer: Consumer | undefined;

  constructor(
    readonly route: Route,
    readonly ackWaitMs: number,
    readonly consumerOf: () => Promise<Consumer>,
    readonly report: (trouble: string) => void,
  ) {}

  async next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined> {
    try {
      this.#consumer ??= await this.consumerOf();
      // The server refuses a pull shorter than a second.
      const message = await this.#consumer.next({ expires: Math.max(waitMs, 1_000) });
      return message ? deliveryOf(message) : undefined;
    } catch (error) {
      // The consumer may be gone with the server's storage, or the server itself: look it up again next time.
      this.#consumer = undefined;
      this.report(`NATS does not deliver ${this.route.filter}: ${messageOf(error)}; the sweep goes on`);
      await sleep(waitMs, signal);
      return undefined;
    }
  }

  close(): Promise<void> {
    this.#consumer = undefined;
    return Promise.resolve();
  }
}

function deliveryOf(message: JsMsg): Delivery {
  const { subject } = message;
  return { subject, ack: () => message.ack(), working: () => message.working(), giveBack: () => message.nak() };
}
