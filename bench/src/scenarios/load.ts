import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAlert } from '@lvra/shared/simulator/simulator';
import { ProduceConnection } from '@lvra/test-servers/produce-connection';
import { simulatedAlerts } from '../alerts.js';
import { ResendableBatch } from './resendable-batch.js';

/** So many different alerts, 40.6 kB in the mean and 8 to 250 kB; then they come again with other ids. */
const TEMPLATES = 3_000;
/** A megabyte, which is what Kafka's own clients send at once. */
const USUAL_BATCH = 25;
const IN_FLIGHT = 4;

export interface LoadOptions {
  readonly port: number;
  readonly topic: string;
  readonly partitions: number;
  /** How many alerts are sent at once. */
  readonly alertsABatch?: number;
}

/** Alerts of real size for Kafka, each a new source of a new object, at next to no cost of CPU. */
export class Load {
  /** When each batch was sent, which is Kafka's timestamp of its alerts; ms since 1970. */
  readonly #sentAt: number[] = [];
  #batches: readonly ResendableBatch[];
  readonly #connection: ProduceConnection;
  readonly #options: Required<LoadOptions>;

  private constructor(
    batches: readonly ResendableBatch[],
    connection: ProduceConnection,
    options: Required<LoadOptions>,
  ) {
    this.#batches = batches;
    this.#connection = connection;
    this.#options = options;
  }

  static async make({ alertsABatch = USUAL_BATCH, ...options }: LoadOptions): Promise<Load> {
    const batches = await batchesOf(simulatedAlerts(TEMPLATES), alertsABatch);
    return new Load(batches, await ProduceConnection.open(options.port), { ...options, alertsABatch });
  }

  /**
   * From now on these alerts are sent, over and over.
   *
   * @param alerts in Lasair's full form, as many as go into whole batches
   */
  async use(alerts: readonly SimulatedAlert[]): Promise<void> {
    this.#batches = await batchesOf(alerts, this.#options.alertsABatch);
  }

  /** How many alerts Kafka was sent. */
  get sent(): number {
    return this.#sentAt.length * this.#options.alertsABatch;
  }

  /** Kafka's timestamp of the alert that was sent as the `serial`-th, from 0; ms since 1970. */
  sentAt(serial: number): number {
    return this.#sentAt[Math.floor(serial / this.#options.alertsABatch)] as number;
  }

  /**
   * Sends until `isOver`, evenly: a batch at a time, to one partition after the other.
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
      const dueIn = begun + (1_000 * this.#options.alertsABatch * count) / perSecond - performance.now();
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
    const bytes = batch.renew(number * this.#options.alertsABatch, now);
    return this.#connection.send(this.#options.topic, number % this.#options.partitions, bytes);
  }
}

async function batchesOf(alerts: readonly SimulatedAlert[], size: number): Promise<ResendableBatch[]> {
  const batches: ResendableBatch[] = [];
  for (let begin = 0; begin < alerts.length; begin += size) {
    batches.push(await ResendableBatch.of(alerts.slice(begin, begin + size)));
  }
  return batches;
}
