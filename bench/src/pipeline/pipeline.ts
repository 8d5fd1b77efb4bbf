import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/ledger';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import type { KafkaServer } from '@lvra/test-servers/kafka/brokers';
import { type NatsServer, startNats } from '@lvra/test-servers/nats';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import { type Usage, usageOf, usedBetween } from './process-usage.js';
import { produce, type Requests } from './produce.js';

export const STAGES = ['consumer', 'feature', 'predict', 'annotate'] as const satisfies readonly ServiceName[];

/** What a stage used from when the alerts were sent until the last came out of annotate. */
export interface StageRun extends Usage {
  readonly stage: ServiceName;
  /** How long it was at work on stems; 0 for the consumer, which has none. */
  readonly busySeconds: number;
}

export interface PipelineRun {
  readonly alerts: number;
  /** When the first alert was sent, ms since 1970. */
  readonly begunMs: number;
  /** From the first alert sent to the last accepted annotation. */
  readonly seconds: number;
  readonly stages: readonly StageRun[];
}

export interface PipelineOptions {
  readonly kafka: KafkaServer;
  /** A topic of its own; it is created here. */
  readonly topic: string;
  /** A built checkout of another commit, whose services are run. */
  readonly project?: URL;
  /** Settings of the services beside those of a run on one machine. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Options of Node, by stage. */
  readonly node?: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
}

/** About the response time of Lasair. */
const LASAIR_LATENCY_MS = 20;
const GIVE_UP_MS = 600_000;
/** A query costs the service time that would be counted, so it is made once Lasair has received nothing for this long. */
const QUIET_MS = 500;

/** The four services as processes of their own, with a NATS, a sandbox Lasair and a data folder of their own. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #root: string;
  readonly #nats: NatsServer;
  readonly #sandbox: Sandbox;
  readonly #services: Service[] = [];
  #sent = 0;

  private constructor(options: PipelineOptions, nats: NatsServer, sandbox: Sandbox) {
    this.#options = options;
    this.#nats = nats;
    this.#sandbox = sandbox;
    this.#root = mkdtempSync(join(tmpdir(), 'lvra-bench-'));
    this.#environment = {
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: this.#root,
      LVRA_KAFKA_SERVER: options.kafka.brokers.join(','),
      LVRA_MY_TOPIC: options.topic,
      LVRA_GROUP_ID: options.topic,
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVERS: nats.url,
      LVRA_ENDPOINT: sandbox.endpoint,
      LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
      LASAIR_LSST_TOKEN: 'sandbox-token',
      ...options.settings,
    };
  }

  /** Resolves when all services are ready. */
  static async start(options: PipelineOptions): Promise<Pipeline> {
    const { kafka, topic, project, node } = options;
    await kafka.createTopic(topic, 4);
    const sandbox = await startSandbox({
      ...{ latencyMs: LASAIR_LATENCY_MS, callsPerHour: 100_000_000, keep: 'current' },
    });
    const pipeline = new Pipeline(options, await startNats(), sandbox);
    try {
      for (const stage of STAGES) {
        const started = { ...(project && { project }), ...(node?.[stage] && { node: node[stage] }) };
        pipeline.#services.push(await startService(stage, pipeline.#environment, started));
      }
    } catch (error) {
      await pipeline.end();
      throw error;
    }
    return pipeline;
  }

  /** Sends alerts and waits until all have come out of annotate, accepted or superseded by a newer one. */
  async run(requests: Requests): Promise<PipelineRun> {
    const busyBefore = await this.#busySeconds();
    const before = this.#services.map(({ pid }) => usageOf(pid));
    const begunMs = Date.now();
    const alerts = await produce(this.#options.kafka.brokers, this.#options.topic, requests);
    this.#sent += alerts;
    await this.#untilAnnotated();
    const after = this.#services.map(({ pid }) => usageOf(pid));
    const busyAfter = await this.#busySeconds();
    const stages = STAGES.map((stage, i) => {
      const busySeconds = (busyAfter[i] as number) - (busyBefore[i] as number);
      return { stage, busySeconds, ...usedBetween(before[i] as Usage, after[i] as Usage) };
    });
    const lastMs = [...this.#sandbox.annotations.values()].at(-1)?.timestamp ?? Date.now();
    return { alerts, begunMs, seconds: (lastMs - begunMs) / 1000, stages };
  }

  /** Not for the services of another commit, whose ledger may be another. */
  async openLedger(): Promise<Ledger> {
    return Ledger.open(dataPaths(this.#root).database, [], { create: false });
  }

  /** What the ledger knows. */
  async records({ begunMs }: PipelineRun) {
    const ledger = await this.openLedger();
    try {
      return {
        /** From the Kafka timestamp of each alert of the run to its accepted annotation, ms, shortest first. */
        latenciesMs: await ledger.totals.latenciesMs(begunMs),
        /** When the consumer registered its last batch, ms since 1970. */
        lastRegisteredMs: await ledger.totals.lastRegisteredMs(),
      };
    } finally {
      await ledger.close();
    }
  }

  /** Stops the services cleanly, so that they write their last output, and removes the data. */
  async end(): Promise<void> {
    await this.#endServices();
    await this.#nats.stop();
    await this.#sandbox.close();
    rmSync(this.#root, { recursive: true });
  }

  async #endServices(): Promise<void> {
    await Promise.all(this.#services.splice(0).map((service) => service.end()));
  }

  /** In the order of STAGES. */
  #busySeconds(): Promise<number[]> {
    return Promise.all(this.#services.map((service) => sumOf(service, 'lvra_stage_duration_seconds_sum')));
  }

  async #untilAnnotated(): Promise<void> {
    const deadline = performance.now() + GIVE_UP_MS;
    const annotate = this.#services.at(-1) as Service;
    let seen = -1;
    let changed = performance.now();
    for (;;) {
      await sleep(100);
      if (this.#sandbox.counts.accepted !== seen) changed = performance.now();
      seen = this.#sandbox.counts.accepted;
      if (performance.now() - changed < QUIET_MS) continue;
      changed = performance.now();
      const dead = this.#services.find((service) => !service.alive);
      const settled = dead ? 0 : await sumOf(annotate, 'lvra_annotations_total');
      if (settled >= this.#sent) return;
      if (!dead && performance.now() < deadline) continue;
      const lines = (dead ?? annotate).lines.slice(-20).join('\n');
      const how = dead ? `${dead.name} ended` : 'gave up';
      throw new Error(`${settled} of ${this.#sent} scores came out; ${how}:\n${lines}`);
    }
  }
}

/** All samples of a metric of a service. */
async function sumOf(service: Service, metric: string): Promise<number> {
  const samples = (await service.metrics()).matchAll(new RegExp(`^${metric}(?:{.*})? (\\S+)$`, 'gm'));
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
