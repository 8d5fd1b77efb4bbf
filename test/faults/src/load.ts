import { setTimeout as sleep } from 'node:timers/promises';
import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';
import type { Producer } from 'kafkajs';

/** Alerts per call to Kafka. */
const ALERTS_A_SEND = 10;

/** Alerts that are sent to the case's topic, and the memory of what was sent: the truth that the end is judged by. */
export class Load {
  /** Every alert that Kafka took, in order. A case removes those that were lost before they could be read. */
  readonly sent: SimulatedAlert[] = [];
  /** Objects, by their digits, that the case expects to have no annotation at Lasair in the end. */
  readonly unannotated = new Set<string>();
  readonly #alerts;
  readonly #producer: Producer;
  readonly #topic: string;
  #isOver = false;

  constructor(seed: number, producer: Producer, topic: string) {
    // A quarter of the objects come again with a newer source: what could be stale.
    this.#alerts = simulateAlerts({ seed, forms: 'full', revisits: 0.25, meanSources: 4 });
    this.#producer = producer;
    this.#topic = topic;
  }

  /** The next alerts, for a case that sends them by itself. */
  take(count: number): SimulatedAlert[] {
    return Array.from({ length: count }, () => this.#alerts.next().value);
  }

  /** Sends `count` alerts. @param perSecond by default as fast as Kafka takes them */
  async send(count: number, perSecond = Number.POSITIVE_INFINITY): Promise<void> {
    for (let left = count; left > 0; left -= ALERTS_A_SEND) {
      await this.deliver(this.take(Math.min(left, ALERTS_A_SEND)));
      if (perSecond < Number.POSITIVE_INFINITY) await sleep((ALERTS_A_SEND / perSecond) * 1000);
    }
  }

  /** Sends until `signal` is aborted or the case ends; rejects if Kafka does not accept an alert. */
  stream(perSecond: number, signal: AbortSignal): Promise<void> {
    return this.repeat(() => this.send(ALERTS_A_SEND, perSecond), signal);
  }

  /** Sends again and again until `signal` is aborted or the case ends. */
  repeat(send: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const repeated = (async () => {
      while (!signal.aborted && !this.#isOver) await send();
    })();
    // A failed case leaves it unawaited, and has reported its own error.
    repeated.catch(() => {});
    return repeated;
  }

  /** The case ends: nothing more is sent. */
  end(): void {
    this.#isOver = true;
  }

  /** Sends alerts that were taken. */
  async deliver(alerts: readonly SimulatedAlert[], partition?: number): Promise<void> {
    const where = partition === undefined ? {} : { partition };
    const messages = alerts.map(({ text }) => ({ value: Buffer.from(text), ...where }));
    await this.#producer.send({ topic: this.#topic, messages });
    this.sent.push(...alerts);
  }

  /** Sends messages that are no alerts; nothing is remembered of them. */
  async sendRaw(messages: readonly Buffer[]): Promise<void> {
    await this.#producer.send({ topic: this.#topic, messages: messages.map((value) => ({ value })) });
  }
}
