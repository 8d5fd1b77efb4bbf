import { AckPolicy, type Consumer, ErrorCode, JSONCodec, type JsMsg, NatsError } from 'nats';
import { messageOf } from '../errors.js';
import type { BusDepth, QueueDepth } from '../observe/bus-depth.js';
import type { Route } from '../routes.js';
import { sleep } from '../sleep.js';
import type { Bus, Delivery, StemMessage, Subscription } from './bus.js';
import { NatsLink, type NatsOptions } from './nats-link.js';
import { KEEP_WORK_MS, NANOSECONDS_PER_MS } from './nats-streams.js';

/** A message that comes this often without an acknowledgement has killed as many processes; the ledger has counted. */
const MOST_DELIVERIES = 20;
/** The server refuses a pull shorter than a second. */
const SHORTEST_PULL_MS = 1_000;

const codec = JSONCodec<StemMessage>();

/**
 * The bus of the services: NATS JetStream, durable pull consumers, explicit acknowledgements.
 *
 * Connects in the background for as long as it takes; until then, and whenever the server is gone, publishing
 * fails at once and subscriptions are silent, and the stages go on by sweeping the ledger.
 */
export class NatsBus implements Bus {
  readonly #options: NatsOptions;
  readonly #link: NatsLink;

  constructor(options: NatsOptions) {
    this.#options = options;
    this.#link = new NatsLink(options);
  }

  async publish(subject: string, message: StemMessage): Promise<void> {
    const payload = codec.encode(message);
    const name = this.#options.names.subject(subject);
    try {
      await this.#link.live.jetstream.publish(name, payload).catch(async (error) => {
        // A server whose storage was wiped while the connection held has no stream: make it and try once more.
        if (!(error instanceof NatsError) || error.code !== ErrorCode.NoResponders) throw error;
        await this.#link.restoreStreams();
        await this.#link.live.jetstream.publish(name, payload);
      });
    } catch (error) {
      const failure = new Error(`${subject} could not be announced: ${messageOf(error)}`, { cause: error });
      this.#link.doubt(failure.message);
      throw failure;
    }
  }

  subscribe(route: Route): Promise<Subscription> {
    return Promise.resolve(new NatsSubscription(route, this.#link, this.#options));
  }

  trouble(): string | undefined {
    return this.#link.trouble;
  }

  async depth(): Promise<BusDepth | undefined> {
    if (this.#link.trouble !== undefined) return undefined;
    const { manager } = this.#link.live;
    const { name } = this.#options.names.work;
    const { state } = await manager.streams.info(name);
    const queues: QueueDepth[] = [];
    for await (const { name: queue, num_pending, num_ack_pending, num_redelivered } of manager.consumers.list(name)) {
      queues.push({ queue, waiting: num_pending, unacknowledged: num_ack_pending, redelivered: num_redelivered });
    }
    return { queues, bytes: state.bytes };
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

class NatsSubscription implements Subscription {
  #consumer: Consumer | undefined;
  #trouble: string | undefined;

  constructor(
    readonly route: Route,
    readonly link: NatsLink,
    readonly options: NatsOptions,
  ) {}

  async next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined> {
    if (this.link.trouble !== undefined) {
      this.#consumer = undefined;
      await sleep(waitMs, signal);
      return undefined;
    }
    try {
      this.#consumer ??= await this.#ensureConsumer();
      const ends = [signal, this.link.closing];
      const message = await pull(this.#consumer, Math.max(waitMs, SHORTEST_PULL_MS), ends);
      // Silence may also mean that the consumer is gone with the server's storage.
      if (!message && !ends.some(({ aborted }) => aborted)) await this.#consumer.info();
      this.#trouble = undefined;
      return message && deliveryOf(message);
    } catch (error) {
      this.#consumer = undefined;
      const trouble = `NATS does not deliver ${this.route.filter}: ${messageOf(error)}; the sweep goes on`;
      this.#report(trouble);
      // A stream or consumer that is gone is made anew with the next pull.
      if (error instanceof NatsError && error.code === ErrorCode.Timeout) this.link.doubt(trouble);
      await sleep(Math.min(waitMs, SHORTEST_PULL_MS), signal);
      return undefined;
    }
  }

  /** Makes the durable consumer, or takes the one that another replica made. */
  async #ensureConsumer(): Promise<Consumer> {
    const { manager, jetstream } = this.link.live;
    const { names, ackWaitMs } = this.options;
    await this.link.restoreStreams();
    await manager.consumers.add(names.work.name, {
      durable_name: this.route.durable,
      filter_subject: names.subject(this.route.filter),
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * NANOSECONDS_PER_MS,
      max_deliver: MOST_DELIVERIES,
      max_ack_pending: 1_000,
      // That of a VRA which was removed goes by itself, when the stream has nothing left that it could want.
      inactive_threshold: KEEP_WORK_MS * NANOSECONDS_PER_MS,
    });
    return jetstream.consumers.get(names.work.name, this.route.durable);
  }

  #report(trouble: string): void {
    if (trouble !== this.#trouble) this.options.onTrouble(trouble);
    this.#trouble = trouble;
  }

  close(): Promise<void> {
    this.#consumer = undefined;
    return Promise.resolve();
  }
}

/** Asks for one message. @returns undefined where none came in time, or one of `ends` was aborted */
async function pull(consumer: Consumer, waitMs: number, ends: readonly AbortSignal[]): Promise<JsMsg | undefined> {
  if (ends.some(({ aborted }) => aborted)) return undefined;
  // The server counts in whole nanoseconds, and refuses a fraction.
  const messages = await consumer.fetch({ max_messages: 1, expires: Math.ceil(waitMs) });
  const giveUp = () => void messages.close();
  for (const end of ends) end.addEventListener('abort', giveUp, { once: true });
  try {
    for await (const message of messages) return message;
    return undefined;
  } finally {
    for (const end of ends) end.removeEventListener('abort', giveUp);
  }
}

function deliveryOf(message: JsMsg): Delivery {
  const { subject } = message;
  return { subject, ack: () => message.ack(), working: () => message.working(), giveBack: () => message.nak() };
}
