import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import { type NatsServer, startNats } from '@lvra/test-servers/nats';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { makeDataRoot } from './data-root.js';

export const TOPIC = 'lasair_18lvra-fodder';
export const SERVICES = ['consumer', 'feature', 'predict', 'annotate'] as const;

/** Everything that runs at night, on this machine: Kafka, NATS, a sandbox Lasair and the four services. */
export interface World {
  readonly root: string;
  readonly paths: DataPaths;
  readonly sandbox: Sandbox;
  readonly nats: NatsServer;
  readonly kafka: KafkaServer;
  readonly services: Map<ServiceName, Service>;
  /** Starts a service, or starts it again. */
  start(name: ServiceName): Promise<Service>;
  send(messages: readonly Buffer[]): Promise<void>;
  /** The ledger, read-only, integers as bigint. */
  ledger(): Database;
  end(): Promise<void>;
}

/** @param settings as environment variables, for all services */
export async function makeWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const { root, remove } = makeDataRoot();
  const [sandbox, nats, kafka] = await Promise.all([
    startSandbox(),
    startNats(),
    startKafka({ version: '3.9', topics: [TOPIC] }),
  ]);
  const environment = {
    LVRA_PROFILE: 'production',
    LVRA_DATA_ROOT: root,
    LVRA_SOURCE: 'kafka',
    LVRA_KAFKA_SERVER: kafka.brokers.join(','),
    LVRA_MY_TOPIC: TOPIC,
    LVRA_GROUP_ID: 'e2e',
    LVRA_NATS_SERVERS: nats.url,
    LVRA_ENDPOINT: sandbox.endpoint,
    LASAIR_LSST_TOKEN: 'sandbox-token',
    ...settings,
  };
  const services = new Map<ServiceName, Service>();
  const producer = new Kafka({ clientId: 'e2e', brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let ledger: Database | undefined;
  return {
    ...{ root, paths: dataPaths(root), sandbox, nats, kafka, services },
    start: async (name) => {
      const service = await startService(name, environment);
      services.set(name, service);
      return service;
    },
    send: async (messages) => {
      await producer.send({ topic: TOPIC, messages: messages.map((value) => ({ value })) });
    },
    ledger: () => {
      ledger ??= new Sqlite(dataPaths(root).database, { readonly: true });
      ledger.defaultSafeIntegers(true);
      return ledger;
    },
    end: async () => {
      ledger?.close();
      await producer.disconnect();
      await Promise.all([...services.values()].map((service) => service.end('SIGKILL')));
      await Promise.all([kafka.stop(), nats.stop(), sandbox.close()]);
      remove();
    },
  };
}

/** Waits until `what` is true. The error says what was waited for and shows the end of each service's output. */
export async function until(world: World, description: string, what: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > deadline) {
      const ends = [...world.services.values()].map(({ name, lines }) => `${name}:\n${lines.slice(-8).join('\n')}`);
      throw new Error(`not within ${withinMs} ms: ${description}\n${ends.join('\n')}`);
    }
    await sleep(100);
  }
}
