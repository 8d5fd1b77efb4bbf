import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs, { type Admin, Kafka, logLevel } from 'kafkajs';
import { removeFolder, temporaryFolder } from '../folders.js';
import { freePort } from '../ports.js';
import { startProcess } from '../process.js';
import { restartable, type TestServer } from '../server.js';
import { javaPath, type KafkaLine, kafkaClassArchive, kafkaJars } from '../tools.js';
import { kafkaProperties } from './properties.js';
import { type KafkaSecurityOptions, type SecuredBrokers, secureListeners } from './security.js';

export type { SecuredBrokers } from './security.js';

export interface KafkaOptions {
  version: KafkaLine;
  port?: number;
  /** Topics of one partition to begin with. */
  topics?: string[];
  /** With accounts, encryption and rights on further listeners. */
  security?: KafkaSecurityOptions;
  /** Memory for batches of millions of records, in MiB. */
  heap?: number;
}

/** A single-node Apache Kafka in KRaft mode. */
export interface KafkaServer extends TestServer {
  /** For a client's list of brokers. */
  readonly brokers: string[];
  readonly port: number;
  /** The further listeners of a broker with `security`, each for a client's list of brokers. */
  readonly secured?: SecuredBrokers;
  /** The folder of the log segments, one folder per partition. */
  readonly logDir: string;
  /** Resolves when each partition has a leader. */
  createTopic(topic: string, partitions?: number): Promise<void>;
  /** Resolves when the broker no longer lists it, so that it can be created again. */
  deleteTopic(topic: string): Promise<void>;
}

const HEAP = 384;
// A quick start matters more than peak speed: no second compiler.
const JVM = ['-XX:+UseSerialGC', '-XX:-UsePerfData', '-XX:TieredStopAtLevel=1'];
const CLUSTER_ID = 'bHZyYS10ZXN0LXNlcnZlcg';
const UP_WITHIN_MS = 60_000;
const run = promisify(execFile);

/** Formats a new storage, starts a broker and waits until it serves topics and consumer groups. */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const folder = temporaryFolder('kafka');
  const logDir = join(folder, 'logs');
  const properties = join(folder, 'server.properties');
  const port = options.port ?? (await freePort());
  const security = options.security && (await secureListeners(options.security, folder));
  const lines = kafkaProperties(port, await freePort(), logDir, security);
  writeFileSync(properties, lines, { mode: 0o600 });
  const java = (mainClass: string, ...args: string[]) => [
    `-Xmx${options.heap ?? HEAP}m`,
    ...JVM,
    `-XX:SharedArchiveFile=${kafkaClassArchive(options.version)}`,
    `-Djava.io.tmpdir=${folder}`,
    '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn',
    ...['-cp', join(kafkaJars(options.version), '*'), mainClass, ...args],
  ];
  await run(
    javaPath(),
    java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...(security?.formatArguments ?? [])),
  );

  const command = {
    name: `Kafka ${options.version}`,
    command: javaPath(),
    args: java('kafka.Kafka', properties),
    ready: /Kafka Server started/,
    withinMs: UP_WITHIN_MS,
  };
  const brokers = [`127.0.0.1:${port}`];
  const start = async () => {
    const started = await startProcess(command);
    await withAdmin(brokers, serveGroups);
    return started;
  };
  const server = await restartable(start, () => removeFolder(folder));
  const createTopic = (topic: string, partitions = 1) =>
    withAdmin(brokers, async (admin) => {
      // kafkajs' own waiting gives up if the broker does not know its new topic yet.
      const topics = [{ topic, numPartitions: partitions }];
      if (!(await admin.createTopics({ topics, waitForLeaders: false })))
        throw new Error(`topic ${topic} exists already`);
      await untilServed(async () => (await admin.fetchTopicOffsets(topic)).length === partitions);
    });
  for (const topic of options.topics ?? []) await createTopic(topic);

  return Object.assign(server, {
    brokers,
    port,
    logDir,
    ...(security && { secured: security.brokers }),
    createTopic,
    deleteTopic: (topic: string) =>
      withAdmin(brokers, async (admin) => {
        await admin.deleteTopics({ topics: [topic] });
        while ((await admin.listTopics()).includes(topic)) await sleep(20);
      }),
  });
}

/** The first request about a group creates the topic of groups; no test should have to wait for that. */
async function serveGroups(admin: Admin): Promise<void> {
  await untilServed(async () => {
    await admin.fetchOffsets({ groupId: 'none-yet' });
    return true;
  });
}

/** Asks until the broker gives the expected answer; retries after a transient error. */
async function untilServed(ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + UP_WITHIN_MS;
  for (;;) {
    try {
      if (await ask()) return;
      if (performance.now() > deadline) throw new Error('the broker does not serve a topic that it made');
    } catch (error) {
      const passing = error instanceof kafkajs.KafkaJSError && error.retriable;
      if (!passing || performance.now() > deadline) throw error;
    }
    await sleep(20);
  }
}

async function withAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 60 };
  const admin = new Kafka({ clientId: 'launcher', brokers, logLevel: logLevel.NOTHING, retry }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
