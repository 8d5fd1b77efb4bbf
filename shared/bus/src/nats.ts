import { messageOf, type Route, sleep } from '@lvra/core';
import type { BusDepth, QueueDepth } from '@lvra/telemetry';
import { AckPolicy, type Consumer, ErrorCode, JSONCodec, type JsMsg, NatsError } from 'nats';
import type { Bus, Delivery, StemMessage, Subscription } from './bus.js';
import { NatsConnectionManager, type NatsOptions } from './nats-link.js';
import { KEEP_WORK_MS, NANOSECONDS_PER_MS } from './nats-streams.js';

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
  readonly #connection: NatsConnectionManager;

  constructor(options: NatsOptions) {
    this.#options = options;
    this.#connection = new NatsConnectionManager(options);
  }

  async publish(subject: string, message: StemMessage): Promise<void> {
    const payload = codec.encode(message);
    const name = this.#options.names.subject(subject);
    try {
      await this.#connection.live.jetstream.publish(name, payload).catch(async (error) => {
        // A server that lost its storage while connected has no stream: create it and retry once.
        if (!(error instanceof NatsError) || error.code !== ErrorCode.NoResponders) throw error;
        await this.#connection.restoreStreams();
        await this.#connection.live.jetstream.publish(name, payload);
      });
    } catch (error) {
      const failure = new Error(`${subject} could not be announced: ${messageOf(error)}`, { cause: error });
      this.#connection.markDegraded(failure.message);
      throw failure;
    }
  }

  subscribe(route: Route): Promise<Subscription> {
    return Promise.resolve(new NatsSubscription(route, this.#connection, this.#options));
  }

  problem(): string | undefined {
    return this.#connection.problem;
  }

  async depth(): Promise<BusDepth | undefined> {
    if (this.#connection.problem !== undefined) return undefined;
    const { manager } = this.#connection.live;
    const { name } = this.#options.names.work;
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
  #consumer: Consumer | undefined;
  #problem: string | undefined;

  constructor(
    readonly route: Route,
    readonly connection: NatsConnectionManager,
    readonly options: NatsOptions,
  ) {}

  async next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined> {
    if (this.connection.problem !== undefined) {
      this.#consumer = undefined;
      await sleep(waitMs, signal);
      return undefined;
    }
    try {
      this.#consumer ??= await this.#ensureConsumer();
      const ends = [signal, this.connection.closing];
      const message = await pull(this.#consumer, Math.max(waitMs, MIN_PULL_MS), ends);
      // No message may also mean that the server lost the consumer with its storage.
      if (!message && !ends.some(({ aborted }) => aborted)) await this.#consumer.info();
      this.#problem = undefined;
      return message && deliveryOf(message);
    } catch (error) {
      this.#consumer = undefined;
      const problem = `NATS does not deliver ${this.route.filter}: ${messageOf(error)}; the sweep continues`;
      this.#report(problem);
      // A lost stream or consumer is created again with the next pull.
      if (error instanceof NatsError && error.code === ErrorCode.Timeout) this.connection.markDegraded(problem);
      await sleep(Math.min(waitMs, MIN_PULL_MS), signal);
      return undefined;
    }
  }

  /** Creates the durable consumer, or uses the one that another replica created. */
  async #ensureConsumer(): Promise<Consumer> {
    const { manager, jetstream } = this.connection.live;
    const { names, ackWaitMs } = this.options;
    await this.connection.restoreStreams();
    await manager.consumers.add(names.work.name, {
      durable_name: this.route.durable,
      filter_subject: names.subject(this.route.filter),
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * NANOSECONDS_PER_MS,
      max_deliver: MAX_DELIVERIES,
      max_ack_pending: 1_000,
      // The consumer of a removed VRA expires once the stream has no more messages for it.
      inactive_threshold: KEEP_WORK_MS * NANOSECONDS_PER_MS,
    });
    return jetstream.consumers.get(names.work.name, this.route.durable);
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
