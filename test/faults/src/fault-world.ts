import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ran, runLvra } from '@lvra/cli/testing/run-lvra';
import type { Value } from '@lvra/ledger/testing/look-inside';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import type { KafkaServer } from '@lvra/test-servers/kafka/brokers';
import { type NatsServer, startNats } from '@lvra/test-servers/nats';
import type { Postgres } from '@lvra/test-servers/postgres';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import kafkajs, { Kafka, logLevel, type Producer } from 'kafkajs';
import type { LedgerPlace } from './ledgers/ledger-place.js';
import { PostgresPlace } from './ledgers/postgres-place.js';
import { SqlitePlace } from './ledgers/sqlite-place.js';
import { Load } from './load.js';

export const SERVICES = ['consumer', 'feature', 'predict', 'annotate'] as const;

/** Small batches and lists, so that many things happen in a short time. */
const SETTINGS = {
  LVRA_PROFILE: 'production',
  LVRA_SOURCE: 'kafka',
  LVRA_BATCH_ALERTS: '20',
  LVRA_BATCH_SECONDS: '1',
  // The volumes of the cases are small.
  LVRA_LEAST_FREE_BYTES: '0',
  LVRA_ANNOTATE_LIST_SIZE: '10',
  LASAIR_LSST_TOKEN: 'sandbox-token',
};

export interface StartOptions {
  /** Another name to find it by in `services`, for a second replica. */
  readonly as?: string;
  /** Beside the world's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node, such as `--import`. */
  readonly node?: readonly string[];
  /** More options of setpriv(1). */
  readonly setpriv?: readonly string[];
  /** 'alive' for a service that cannot be ready now, 'started' for one that may end at once. */
  readonly ready?: 'ready' | 'alive' | 'started';
}

/** What a fault is injected into: servers, a topic of the case's own, and services as processes. */
export class FaultWorld {
  readonly paths: DataPaths;
  readonly load: Load;
  /** Running and ended, by name. */
  readonly services = new Map<string, Service>();
  /** The environment of every service; a case may change it for those it starts later. */
  readonly environment: Record<string, string>;
  /** Whose scores are judged: r0b annotates. */
  readonly vras = ['r0b'];
  /** How often the fault was injected, and how many alerts were in flight then, at most. */
  readonly injections = { times: 0, inFlight: 0 };
  /** When the fault was over, on the clock of `performance.now()`. */
  faultEndedAt: number | undefined;
  readonly #ends: (() => void | Promise<void>)[] = [];

  private constructor(
    readonly seed: number,
    readonly root: string,
    readonly ledger: LedgerPlace,
    /** Where its ledger is; undefined where that is a file. */
    readonly postgres: Postgres | undefined,
    readonly topic: string,
    readonly kafka: KafkaServer,
    readonly nats: NatsServer,
    readonly sandbox: Sandbox,
    readonly producer: Producer,
    settings: Readonly<Record<string, string>>,
  ) {
    this.paths = dataPaths(root);
    this.load = new Load(seed, producer, topic);
    this.environment = {
      ...SETTINGS,
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: topic,
      LVRA_GROUP_ID: topic,
      LVRA_NATS_SERVERS: nats.url,
      LVRA_ENDPOINT: sandbox.endpoint,
      ...ledger.environment,
      ...settings,
    };
  }

  /**
   * @param topic also the name of the consumer group, and of the ledger's database
   * @param postgres has the ledger; without it that is a file
   */
  static async make(options: {
    seed: number;
    topic: string;
    partitions: number;
    kafka: KafkaServer;
    settings: Readonly<Record<string, string>>;
    postgres?: Postgres | undefined;
  }): Promise<FaultWorld> {
    const { seed, topic, partitions, kafka, settings, postgres } = options;
    const root = mkdtempSync(join(tmpdir(), 'lvra-faults-'));
    const ledger = postgres
      ? await PostgresPlace.make(postgres, topic.replace(/[^a-z0-9]+/g, '_'))
      : new SqlitePlace(dataPaths(root).database);
    const [nats, sandbox] = await Promise.all([startNats(), startSandbox()]);
    await kafka.createTopic(topic, partitions);
    const producer = new Kafka({ clientId: 'load', brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new FaultWorld(seed, root, ledger, postgres, topic, kafka, nats, sandbox, producer, settings);
  }

  /** Starts a service, or starts it again. */
  async start(name: ServiceName, options: StartOptions = {}): Promise<Service> {
    const environment = { ...this.environment, ...options.environment };
    const { ready = 'ready', node = [], setpriv = [] } = options;
    const service = await startService(name, environment, { ready, node, setpriv });
    this.services.set(options.as ?? name, service);
    return service;
  }

  /** Starts the services of the four names that do not run. */
  async startAll(options: StartOptions = {}): Promise<void> {
    const missing = SERVICES.filter((name) => !this.services.get(name)?.alive);
    // All of them, so that those that are up end with the world if one is not.
    const started = await Promise.allSettled(missing.map((name) => this.start(name, options)));
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  }

  /** A service that was started under this name. */
  service(name: string): Service {
    const service = this.services.get(name);
    if (!service) throw new Error(`no service ${name} was started`);
    return service;
  }

  /** Notes that the fault is injected now. */
  async injected(times = 1): Promise<void> {
    this.injections.times += times;
    const inFlight = await this.inFlight();
    this.injections.inFlight = Math.max(this.injections.inFlight, inFlight);
  }

  /** Notes that the fault is over: from now on the time to recover counts. The last call counts. */
  faultEnded(): void {
    this.faultEndedAt = performance.now();
  }

  /** Alerts sent whose score has no outcome yet. */
  async inFlight(): Promise<number> {
    const sent = this.load.sent.length;
    return sent - (await this.count('SELECT count(*) FROM annotation_outcome'));
  }

  /** What a query of the ledger returns, integers as bigint. Columns with capital letters are quoted. */
  rows<T extends object>(sql: string, ...values: Value[]): Promise<T[]> {
    return this.ledger.rows(sql, values) as Promise<T[]>;
  }

  /** The first column of the rows. */
  async values<T>(sql: string, ...values: Value[]): Promise<T[]> {
    return (await this.rows(sql, ...values)).map((row) => Object.values(row)[0] as T);
  }

  /** The number that a query of the ledger returns. */
  async count(sql: string): Promise<number> {
    return Number((await this.values(sql))[0]);
  }

  /** Closes the ledger, for a case that replaces its file; the next query opens the new one. */
  forgetLedger(): Promise<void> {
    return this.ledger.forget();
  }

  /** Waits until `what` is true. The error says what was waited for and shows the end of each service's output. */
  async until(description: string, what: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await what())) {
      if (performance.now() > deadline)
        throw new Error(`not within ${withinMs} ms: ${description}\n${this.lastOutput()}`);
      await sleep(50);
    }
  }

  /** Waits until at least `count` scores have an outcome, so that the fault is injected into running work. */
  untilAnnotated(count: number, withinMs?: number): Promise<void> {
    const annotated = async () => (await this.count('SELECT count(*) FROM annotation_outcome')) >= count;
    return this.until(`${count} scores have an outcome`, annotated, withinMs);
  }

  /** Runs `lvra` with the settings of the services. */
  lvra(...words: string[]): Promise<Ran> {
    return runLvra(words, this.environment);
  }

  /** What the services printed last. */
  lastOutput(): string {
    return [...this.services].map(([name, { lines }]) => `${name}:\n${lines.slice(-12).join('\n')}`).join('\n');
  }

  /** Called when the case ends, passed or failed. */
  atEnd(end: () => void | Promise<void>): void {
    this.#ends.push(end);
  }

  async end(): Promise<void> {
    this.load.end();
    await Promise.all([...this.services.values()].map((service) => service.end('SIGKILL')));
    for (const end of this.#ends.reverse()) await end();
    await this.forgetLedger();
    await this.producer.disconnect();
    await Promise.all([this.nats.stop('SIGKILL'), this.sandbox.close()]);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
