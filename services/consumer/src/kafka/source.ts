import { isDeepStrictEqual } from 'node:util';
import { explainKafkaError, type KafkaSecurity, kafkajsSecurity } from '@lvra/config';
import { backoffMs, messageOf, sleep } from '@lvra/core';
import type { KafkaPositions } from '@lvra/ledger';
import { isStorageUnavailable } from '@lvra/runtime';
import type { Logger, Metrics } from '@lvra/telemetry';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { type AlertFormat, jsonFormat } from '../formats/format.js';
import { kafkaLog } from './client/log.js';
import { KafkaSockets } from './client/sockets.js';
import { CLIENT_ID, isGroupHeld, whoHolds } from './group/members.js';
import { KafkaSession } from './group-session.js';
import './client/patch-batch.js';
import './client/patch-fetch.js';
import './client/patch-request-queue.js';
import type { AlertSink, AlertSource, RegisteredBatch } from '../sources/source.js';
import type { RecordLimits } from './records/fetched-message.js';

export interface KafkaSourceOptions {
  /** Each `host:port`. */
  readonly servers: readonly string[];
  readonly topics: readonly string[];
  /** Also the key of the positions in the ledger. */
  readonly groupId: string;
  readonly positions: KafkaPositions;
  /** Where a stem's batch file is. */
  readonly batchFile: (stem: string) => Promise<string>;
  /** How the messages are read; as a Lasair filter's by default. */
  readonly format?: AlertFormat | undefined;
  /** Account and encryption; neither by default. */
  readonly security?: KafkaSecurity | undefined;
  /** What one batch of Kafka may grow to; the shipped settings' by default. */
  readonly limits?: RecordLimits | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Of the settings max_unpacked_bytes and max_batch_records. */
const LIMITS: RecordLimits = { unpackedBytes: 128 * 1024 ** 2, records: 100_000 };
/** Short, because alerts have a minute, and must not wait long after a broker is back. */
const BACKOFF = { firstMs: 500, longestMs: 10_000 };
const TOPICS_EVERY_MS = 10_000;
/** How long leaving the group may take at a stop. */
const LEAVE_WITHIN_MS = 5_000;

/**
 * Alerts from Kafka topics. It waits for a broker that is down and for a topic that does not exist yet, and replaces a
 * consumer that kafkajs gave up on.
 */
export function kafkaSource(options: KafkaSourceOptions): AlertSource {
  return new KafkaSource(options);
}

class KafkaSource implements AlertSource {
  readonly name = 'kafka';
  readonly format: AlertFormat;
  readonly #options: KafkaSourceOptions;
  readonly #kafka: Kafka;
  readonly #sockets = new KafkaSockets();
  readonly #where: string;
  #session: KafkaSession | undefined;
  #problem: string | undefined = 'not connected to Kafka yet';
  #isGroupHeld = false;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    this.format = options.format ?? jsonFormat;
    this.#where = options.servers.join(', ');
    this.#kafka = new Kafka({
      clientId: CLIENT_ID,
      brokers: [...options.servers],
      ...kafkajsSecurity(options.security),
      socketFactory: this.#sockets.factory,
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 2 },
      logLevel: logLevel.INFO,
      logCreator: kafkaLog(options.log),
    });
  }

  notReady(): string | undefined {
    return this.#problem;
  }

  isHeldUp(): boolean {
    return this.#isGroupHeld;
  }

  onBatchRegistered({ ranges }: RegisteredBatch): void {
    this.#session?.commit(ranges);
  }

  restart(): void {
    this.#session?.restart();
  }

  async run(sink: AlertSink, signal: AbortSignal): Promise<void> {
    let failures = 0;
    const onState = (problem: string | undefined) => {
      if (problem === undefined) {
        failures = 0;
        this.#isGroupHeld = false;
      }
      this.#report(problem);
    };
    const cutLater = () => setTimeout(() => this.#sockets.cut(), LEAVE_WITHIN_MS).unref();
    signal.addEventListener('abort', cutLater, { once: true });
    while (!signal.aborted) {
      try {
        await this.#connected(sink, onState, signal);
      } catch (error) {
        this.#isGroupHeld = isGroupHeld(error);
        const passing = signal.aborted || this.#isGroupHeld || isTopicGone(error);
        if (!passing) onState(this.#explain(error));
        failures++;
      }
      await sleep(backoffMs(BACKOFF, failures + 1), signal);
    }
    this.#sockets.cut();
  }

  #explain(error: unknown): string {
    if (isStorageUnavailable(error))
      return `the positions in Kafka cannot be read from the ledger: ${messageOf(error)}`;
    return `Kafka at ${this.#where} cannot be used: ${explainKafkaError(error, this.#options.groupId)}`;
  }

  async #connected(
    sink: AlertSink,
    onState: (problem: string | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { groupId, positions, batchFile, metrics, log } = this.#options;
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      const topics = await this.#existingTopics(admin, signal);
      if (topics.size === 0) return;
      const topicsChanged = async () => !isDeepStrictEqual(await this.#existing(admin), topics);
      const session = new KafkaSession({
        limits: this.#options.limits ?? LIMITS,
        ...{
          kafka: this.#kafka,
          admin,
          groupId,
          positions,
          batchFile,
          metrics,
          log,
          sink,
          onState,
          format: this.format,
        },
        ...{ topics, topicsChanged },
      });
      this.#session = session;
      await session.run(signal);
    } catch (error) {
      if (isGroupHeld(error) && !signal.aborted) onState(await whoHolds(admin, groupId));
      throw error;
    } finally {
      this.#session = undefined;
      await admin.disconnect();
    }
  }

  /** Waits until at least one topic exists. @returns none if `signal` was aborted first */
  async #existingTopics(admin: Admin, signal: AbortSignal): Promise<Map<string, number>> {
    while (!signal.aborted) {
      const topics = await this.#existing(admin);
      const missing = this.#options.topics.filter((topic) => !topics.has(topic));
      if (missing.length > 0) {
        const line = `${missing.join(', ')} does not exist at ${this.#where}: Lasair makes a topic when its filter passes an alert; waiting`;
        if (line !== this.#problem) this.#options.log.warn(line);
        if (topics.size === 0) this.#problem = line;
      }
      if (topics.size > 0) return topics;
      await sleep(TOPICS_EVERY_MS, signal);
    }
    return new Map();
  }

  /** The topics that exist, with the number of their partitions: kafkajs would notice new ones a minute later. */
  async #existing(admin: Admin): Promise<Map<string, number>> {
    const { topics } = await admin.fetchTopicMetadata();
    const known = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    return new Map(
      this.#options.topics.flatMap((topic) => {
        const partitions = known.get(topic);
        return partitions === undefined ? [] : [[topic, partitions]];
      }),
    );
  }

  /** Logs a problem once, and once that it is over. */
  #report(problem: string | undefined): void {
    if (problem === this.#problem) return;
    if (problem !== undefined) this.#options.log.error(`${problem}; retrying`);
    else this.#options.log.info(`consuming from Kafka at ${this.#where}`);
    this.#problem = problem;
  }
}

/** A topic that is deleted while it is read is no error: we wait for it like for one that does not exist yet. */
function isTopicGone(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } };
  return [type, cause?.type].includes('UNKNOWN_TOPIC_OR_PARTITION');
}
