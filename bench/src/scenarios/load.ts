import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAlert } from '@lvra/shared/simulator/simulator';
import { ProduceConnection } from '@lvra/test-servers/produce-connection';
import { simulatedAlerts } from '../alerts.js';
import { ResendableBatch } from './resendable-batch.js';

/** So many different alerts, 40.6 kB in the mean and 8 to 250 kB; then they come again with other ids. */
const TEMPLATES = 3_000;
/** A megabyte, which is what Kafka's own clients send at once. */
const ALERTS_A_BATCH = 25;
const IN_FLIGHT = 4;

export interface LoadOptions {
  readonly port: number;
  readonly topic: string;
  readonly partitions: number;
}

/** Alerts of real size for Kafka, each a new source of a new object, at next to no cost of CPU. */
export class Load {
  /** When each batch was sent, which is Kafka's timestamp of its alerts; ms since 1970. */
  readonly #sentAt: number[] = [];
  #batches: readonly ResendableBatch[];
  readonly #connection: ProduceConnection;
  readonly #options: LoadOptions;

  private constructor(batches: readonly ResendableBatch[], connection: ProduceConnection, options: LoadOptions) {
    this.#batches = batches;
    this.#connection = connection;
    this.#options = options;
  }

  static async make(options: LoadOptions): Promise<Load> {
    const batches = await batchesOf(simulatedAlerts(TEMPLATES));
    return new Load(batches, await ProduceConnection.open(options.port), options);
  }

  /**
   * From now on these alerts are sent, over and over.
   *
   * @param alerts in Lasair's full form, as many as go into batches of 25
   */
  async use(alerts: readonly SimulatedAlert[]): Promise<void> {
    this.#batches = await batchesOf(alerts);
  }

  /** How many alerts Kafka was sent. */
  get sent(): number {
    return this.#sentAt.length * ALERTS_A_BATCH;
  }

  /** Kafka's timestamp of the alert that was sent as the `serial`-th, from 0; ms since 1970. */
  sentAt(serial: number): number {
    return this.#sentAt[Math.floor(serial / ALERTS_A_BATCH)] as number;
  }

  /**
   * Sends until `isOver`, evenly: a batch of 25 at a time, to one partition after the other.
   *
   * @param perSecond as fast as Kafka takes them unless told
   * @param mayGoOn asked before each batch; while it says no, nothing is sent
   */
  async send(
    isOver: () => boolean,
    {
      perSecond = Number.POSITIVE_INFINITY,
      mayGoOn = () => true,
    }: { perSecond?: number; mayGoOn?: () => boolean } = {},
  ): Promise<void> {
    const flying = new Set<Promise<void>>();
    const begun = performance.now();
    for (let count = 0; !isOver(); count++) {
      const dueIn = begun + (1_000 * ALERTS_A_BATCH * count) / perSecond - performance.now();
      if (dueIn > 0) await sleep(dueIn);
      while (!mayGoOn() && !isOver()) await sleep(5);
      const sending = this.#sendNext().finally(() => flying.delete(sending));
      flying.add(sending);
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
    }
    await Promise.all(flying);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #sendNext(): Promise<void> {
    const number = this.#sentAt.length;
    const now = Date.now();
    const batch = this.#batches[number % this.#batches.length] as ResendableBatch;
    this.#sentAt.push(now);
    const bytes = batch.renew(number * ALERTS_A_BATCH, now);
    return this.#connection.send(this.#options.topic, number % this.#options.partitions, bytes);
  }
}

async function batchesOf(alerts: readonly SimulatedAlert[]): Promise<ResendableBatch[]> {
  const batches: ResendableBatch[] = [];
  for (let begin = 0; begin < alerts.length; begin += ALERTS_A_BATCH) {
    batches.push(await ResendableBatch.of(alerts.slice(begin, begin + ALERTS_A_BATCH)));
  }
  return batches;
}
