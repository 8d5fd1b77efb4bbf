import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runLvra } from '@lvra/cli/testing/run-lvra';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka';
import { type NatsServer, startNats } from '@lvra/test-servers/nats';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import { Load } from './load.js';
import { SandboxProcess } from './sandbox-process.js';

export const SERVICES = ['consumer', 'feature', 'predict', 'annotate'] as const;

/** The broker drops what is read: 40 kB an alert, over four partitions, leave room for some 40,000 alerts. */
export const SHORT_MEMORY = {
  'log.segment.bytes': 134_217_728,
  'log.retention.bytes': 402_653_184,
  'log.retention.check.interval.ms': 5_000,
  'log.segment.delete.delay.ms': 1_000,
};

export const TOPIC = 'lasair_18lvra-fodder';
export const PARTITIONS = 4;
/** Of the consumers. */
export const GROUP = 'bench';
const DEMO = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo', import.meta.url));
/** Lasair's answer takes about as long from Oxford. */
const LASAIR_LATENCY_MS = 20;

/** A real Kafka, a real NATS, a sandbox Lasair and the four services, each a process; the load comes from this one. */
export class PipelineWorld {
  readonly services: Service[] = [];
  /** What every service gets. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(
    readonly root: string,
    readonly kafka: KafkaServer,
    readonly nats: NatsServer,
    readonly sandbox: SandboxProcess,
    readonly load: Load,
    settings: Readonly<Record<string, string>>,
  ) {
    this.environment = {
      PATH: process.env.PATH ?? '',
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: TOPIC,
      LVRA_GROUP_ID: GROUP,
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVER: nats.url,
      LVRA_ENDPOINT: sandbox.endpoint,
      LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
      LASAIR_LSST_TOKEN: 'sandbox-token',
      ...settings,
    };
  }

  /**
   * Starts the servers, and makes the alerts.
   *
   * @param settings of the services, as environment variables
   * @param broker lines of Kafka's server.properties
   * @param vras how many score each alert, all with the demonstration model
   * @param alertsABatch how many alerts are sent at once
   */
  static async make(
    settings: Readonly<Record<string, string>> = {},
    broker: Readonly<Record<string, string | number>> = {},
    { vras = 1, alertsABatch }: { readonly vras?: number; readonly alertsABatch?: number } = {},
  ): Promise<PipelineWorld> {
    const root = mkdtempSync(join(tmpdir(), 'lvra-scenario-'));
    const kafka = await startKafka({ version: '3.9', fullSpeed: true, properties: broker });
    await kafka.createTopic(TOPIC, PARTITIONS);
    const nats = await startNats();
    const names = ['r0b', ...Array.from({ length: vras - 1 }, (_, index) => `vra${index + 2}`)];
    const sandbox = await SandboxProcess.start(
      LASAIR_LATENCY_MS,
      names.map((name) => `${name}_lvra`),
    );
    const to = { port: kafka.port, topic: TOPIC, partitions: PARTITIONS };
    const load = await Load.make({ ...to, ...(alertsABatch !== undefined && { alertsABatch }) });
    const files = { LVRA_VRAS: names.map((name) => writeVra(join(root, 'vras'), name)).join(',') };
    return new PipelineWorld(root, kafka, nats, sandbox, load, { ...files, ...settings });
  }

  async startServices(): Promise<void> {
    for (const name of SERVICES) await this.startOne(name);
  }

  /** Starts one service more. @param settings over those of all services */
  async startOne(name: ServiceName, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.services.push(await startService(name, { ...this.environment, ...settings }));
  }

  /** Ends the services of a name but for the first so many of them. */
  async keep(name: ServiceName, count: number): Promise<void> {
    const ending = this.services.filter((service) => service.name === name).slice(count);
    for (const service of ending) this.services.splice(this.services.indexOf(service), 1);
    await Promise.all(ending.map((service) => service.end()));
  }

  /** Every process that takes part, by name; this one sends the alerts. */
  processes(): { readonly name: string; readonly pid: number }[] {
    return [
      ...this.services.map(({ name, pid }) => ({ name, pid })),
      { name: 'Kafka', pid: this.kafka.pid },
      { name: 'NATS', pid: this.nats.pid },
      { name: 'sandbox', pid: this.sandbox.pid },
      { name: 'load', pid: process.pid },
    ];
  }

  /**
   * Waits until nothing more is sent and every alert is annotated.
   *
   * @param sending settles when all is sent
   * @param onLook told now and then how many alerts are annotated
   * @throws where a service has ended, or nothing more was annotated for a minute
   */
  async untilAnnotated(sending: Promise<void>, onLook: (annotated: number) => void = () => {}): Promise<void> {
    let isSent = false;
    const stop = () => {
      isSent = true;
    };
    sending.then(stop, stop);
    let last = { count: -1, at: performance.now() };
    for (;;) {
      const count = await this.sandbox.count();
      onLook(count);
      if (isSent) await sending;
      if (isSent && count >= this.load.sent) return;
      if (count > last.count) last = { count, at: performance.now() };
      const ended = this.services.find(({ alive }) => !alive);
      const isStuck = performance.now() - last.at > STUCK_MS;
      if (ended || isStuck) {
        const why = ended ? `${ended.name} has ended` : `nothing more came for ${STUCK_MS / 1_000} s`;
        throw new Error(`${count} of ${this.load.sent} alerts are annotated, and ${why}:\n${this.#lastWords()}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Ends the services, then has `lvra verify` look at all that they left. @returns what it found; undefined: nothing */
  async verify(): Promise<string | undefined> {
    await this.#endServices();
    const { code, stdout, stderr } = await runLvra(['verify'], this.environment);
    return code === 0 ? undefined : `${stdout}${stderr}`;
  }

  /** Ends everything and removes every file. */
  async end(): Promise<void> {
    await this.#endServices();
    await this.load.close();
    await Promise.all([this.kafka.stop('SIGKILL'), this.nats.stop(), this.sandbox.end()]);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }

  async #endServices(): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.end()));
  }

  #lastWords(): string {
    return this.services.map(({ name, lines }) => `${name}:\n${lines.slice(-12).join('\n')}`).join('\n');
  }
}

/** A VRA with the demonstration model under its own name. @returns its file */
function writeVra(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(`${DEMO}.json`, 'utf8'));
  writeFileSync(join(folder, `${name}_demo.json`), JSON.stringify({ ...manifest, name }));
  copyFileSync(`${DEMO}.onnx`, join(folder, `${name}_demo.onnx`));
  const lines = [`MODEL_PATH: ${name}_demo.onnx`, `MODEL_NAME: ${name}`, `MODEL_VERSION: ${manifest.version}`];
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `${[...lines, `TOPIC_OUT: ${name}_lvra`].join('\n')}\n`);
  return file;
}

const LOOK_EVERY_MS = 250;
const STUCK_MS = 60_000;
