import { messageOf, type NatsNames, natsNames, type Route, sleep } from '@lvra/core';
import type { BusDepth, QueueDepth } from '@lvra/telemetry';
import { AckPolicy, type Consumer, ErrorCode, JSONCodec, type JsMsg, NatsError } from 'nats';
import type { Bus, Delivery, StemMessage, Subscription } from './bus.js';
import { type JetStreamHandles, NatsConnectionManager, type NatsOptions } from './nats-link.js';
import { KEEP_WORK_MS, NANOSECONDS_PER_MS, STREAM_NOT_FOUND } from './nats-streams.js';

/** A message delivered this often without an acknowledgement has killed as many processes; the ledger counts them. */
const MAX_DELIVERIES = 20;
/** The server refuses a shorter pull. */
const MIN_PULL_MS = 1_000;

const codec = JSONCodec<StemMessage>();

/**
 * The bus of the services: NATS JetStream, durable pull consumers, explicit acknowledgements.
 *
 * Connects in the background, retrying without limit. While there is no connection, publishing fails at once,
 * subscriptions deliver nothing, and the stages sweep the ledger.
 */
export class NatsBus implements Bus {
  readonly #options: NatsOptions;
  readonly #names: NatsNames;
  readonly #connection: NatsConnectionManager;

  constructor(options: NatsOptions) {
    this.#options = options;
    this.#names = natsNames(options.prefix);
    this.#connection = new NatsConnectionManager(options);
  }

  async publish(subject: string, message: StemMessage): Promise<void> {
    const name = this.#names.subject(subject);
    const { live, problem } = this.#connection;
    if (!live) throw new Error(`${subject} could not be announced: ${problem}`);
    try {
      await live.jetstream.publish(name, codec.encode(message));
    } catch (error) {
      this.#connection.markDegraded(live, `NATS does not take announcements: ${reasonOf(error)}; retrying`);
      throw new Error(`${subject} could not be announced: ${reasonOf(error)}`, { cause: error });
    }
  }

  subscribe(route: Route): Promise<Subscription> {
    return Promise.resolve(new NatsSubscription(route, this.#connection, this.#names, this.#options));
  }

  problem(): string | undefined {
    return this.#connection.problem;
  }

  async depth(): Promise<BusDepth | undefined> {
    const { live } = this.#connection;
    if (!live) return undefined;
    const { manager } = live;
    const { name } = this.#names.work;
    const { state } = await manager.streams.info(name);
    const queues: QueueDepth[] = [];
    for await (const { name: queue, num_pending, num_ack_pending, num_redelivered } of manager.consumers.list(name)) {
      queues.push({ queue, waiting: num_pending, unacknowledged: num_ack_pending, redelivered: num_redelivered });
    }
    return { queues, bytes: state.bytes };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

class NatsSubscription implements Subscription {
  /** With the connection that it belongs to. */
  #consumer: { readonly of: JetStreamHandles; readonly consumer: Consumer } | undefined;
  #problem: string | undefined;

  constructor(
    readonly route: Route,
    readonly connection: NatsConnectionManager,
    readonly names: NatsNames,
    readonly options: NatsOptions,
  ) {}

  async next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined> {
    const { live, closing } = this.connection;
    if (!live) {
      await sleep(waitMs, signal);
      return undefined;
    }
    try {
      const consumer = await this.#consumerAt(live);
      const ends = [signal, closing, live.lost];
      const message = await pull(consumer, Math.max(waitMs, MIN_PULL_MS), ends);
      // No message may also mean that the server lost the consumer with its storage.
      if (!message && !ends.some(({ aborted }) => aborted)) await consumer.info();
      this.#problem = undefined;
      return message && deliveryOf(message);
    } catch (error) {
      this.#consumer = undefined;
      // What the connection has met is told by it.
      if (live.lost.aborted) return undefined;
      const problem = `NATS does not deliver ${this.route.filter}: ${reasonOf(error)}; the sweep continues`;
      // A lost consumer is created again with the next pull.
      if (isOfStream(error)) this.connection.markDegraded(live, problem);
      else this.#report(problem);
      await sleep(Math.min(waitMs, MIN_PULL_MS), signal);
      return undefined;
    }
  }

  /** Creates the durable consumer, or uses the one that another replica created. */
  async #consumerAt(live: JetStreamHandles): Promise<Consumer> {
    if (this.#consumer?.of === live) return this.#consumer.consumer;
    const { work, subject } = this.names;
    await live.manager.consumers.add(work.name, {
      durable_name: this.route.durable,
      filter_subject: subject(this.route.filter),
      ack_policy: AckPolicy.Explicit,
      ack_wait: this.options.ackWaitMs * NANOSECONDS_PER_MS,
      max_deliver: MAX_DELIVERIES,
      max_ack_pending: 1_000,
      // The consumer of a removed VRA expires once the stream has no more messages for it.
      inactive_threshold: KEEP_WORK_MS * NANOSECONDS_PER_MS,
    });
    const consumer = await live.jetstream.consumers.get(work.name, this.route.durable);
    this.#consumer = { of: live, consumer };
    return consumer;
  }

  #report(problem: string): void {
    if (problem !== this.#problem) this.options.onProblem(problem);
    this.#problem = problem;
  }

  close(): Promise<void> {
    this.#consumer = undefined;
    return Promise.resolve();
  }
}

/** Asks for one message. @returns undefined if none came in time, or one of `ends` was aborted */
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
  return { subject, ack: () => message.ack(), working: () => message.working(), nak: () => message.nak() };
}

/** True if the stream is gone or does not answer, so that no consumer of it can work. */
function isOfStream(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  return error.code === ErrorCode.Timeout || error.api_error?.err_code === STREAM_NOT_FOUND;
}

function reasonOf(error: unknown): string {
  const isLeaderless = error instanceof NatsError && error.code === ErrorCode.NoResponders;
  return isLeaderless ? 'the stream is gone, or its servers are choosing a leader' : messageOf(error);
}
