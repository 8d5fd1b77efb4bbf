import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '@lvra/sandbox/sandbox';
import { Ledger } from '@lvra/shared/ledger/ledger';
import type { KafkaServer } from '@lvra/test-servers/kafka';
import { startNats } from '@lvra/test-servers/nats';
import type { TestServer } from '@lvra/test-servers/server';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import { type Usage, usageOf, usedBetween } from './process-usage.js';
import { produce } from './produce.js';
import { sumOf } from './prometheus.js';

export const STAGES = ['consumer', 'feature', 'predict', 'annotate'] as const satisfies readonly ServiceName[];

/** What a stage did and used from when the alerts were sent until the last came out of annotate. */
export interface StageRun extends Usage {
  readonly stage: ServiceName;
  /** How long it was at work on stems; 0 for the consumer, which has none. */
  readonly busySeconds: number;
  readonly ledgerTransactions: number;
}

export interface PipelineRun {
  readonly alerts: number;
  /** When the first alert was sent, ms since 1970. */
  readonly begunMs: number;
  /** From the first alert sent to the last accepted annotation. */
  readonly seconds: number;
  readonly stages: readonly StageRun[];
  /** Calls that annotate made. */
  readonly lasairCalls: number;
}

/** Of the last run of a pipeline. */
export interface PipelineRecords {
  /** From the Kafka timestamp of each alert to its accepted annotation, ms, shortest first. */
  readonly latenciesMs: readonly number[];
  /** When the consumer registered its last batch, ms since 1970. */
  readonly lastRegisteredMs: number;
}

export interface PipelineOptions {
  readonly kafka: KafkaServer;
  /** A topic of its own; it is made here. */
  readonly topic: string;
  /** A built checkout of another commit, whose services are run. */
  readonly project?: URL;
  /** Settings of the services beside those of a run on one machine. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node, by stage. */
  readonly node?: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
}

/** Lasair's answer takes about as long from Oxford. */
export const LASAIR_LATENCY_MS = 20;
const GIVE_UP_MS = 600_000;
/** Asking a service costs it time that would be counted, so it is asked once Lasair has heard nothing for so long. */
const QUIET_MS = 500;

/** The four services as processes of their own, with a NATS, a sandbox and a data folder of their own. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #root: string;
  readonly #nats: TestServer;
  readonly #sandbox: Sandbox;
  readonly #services: readonly Service[];
  #sent = 0;

  private constructor(
    options: PipelineOptions,
    root: string,
    nats: TestServer,
    sandbox: Sandbox,
    services: readonly Service[],
  ) {
    this.#options = options;
    this.#root = root;
    this.#nats = nats;
    this.#sandbox = sandbox;
    this.#services = services;
  }

  /** Resolves when all services are ready. */
  static async start(options: PipelineOptions): Promise<Pipeline> {
    const { kafka, topic, project } = options;
    await kafka.createTopic(topic, 4);
    const nats = await startNats();
    const sandbox = await startSandbox({ latencyMs: LASAIR_LATENCY_MS, callsPerHour: 1_000_000, keep: 'current' });
    const root = mkdtempSync(join(tmpdir(), 'lvra-bench-'));
    const services: Service[] = [];
    const pipeline = new Pipeline(options, root, nats, sandbox, services);
    const environment = {
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: topic,
      LVRA_GROUP_ID: topic,
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVER: nats.url,
      LVRA_ENDPOINT: sandbox.endpoint,
      LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
      LASAIR_LSST_TOKEN: 'sandbox-token',
      ...options.environment,
    };
    try {
      for (const stage of STAGES) {
        const node = options.node?.[stage];
        services.push(await startService(stage, environment, { ...(project && { project }), ...(node && { node }) }));
      }
    } catch (error) {
      await pipeline.end();
      throw error;
    }
    return pipeline;
  }

  /** Sends alerts and waits until all have come out of annotate, accepted or superseded by a newer one. */
  async run(alerts: Iterable<Buffer>, count: number): Promise<PipelineRun> {
    const pagesBefore = await this.#pages();
    const callsBefore = this.#calls();
    const before = this.#services.map(({ pid }) => usageOf(pid));
    const begun = Date.now();
    await produce(this.#options.kafka.brokers, this.#options.topic, alerts);
    this.#sent += count;
    await this.#untilAnnotated();
    const after = this.#services.map(({ pid }) => usageOf(pid));
    const pagesAfter = await this.#pages();
    const lastAccepted = [...this.#sandbox.annotations.values()].at(-1)?.timestamp ?? Date.now();
    return {
      alerts: count,
      begunMs: begun,
      seconds: (lastAccepted - begun) / 1000,
      stages: STAGES.map((stage, i) => {
        const grown = (name: string) => sumOf(pagesAfter[i] as string, name) - sumOf(pagesBefore[i] as string, name);
        return {
          stage,
          ...usedBetween(before[i] as Usage, after[i] as Usage),
          busySeconds: grown('lvra_stage_duration_seconds_sum'),
          ledgerTransactions: grown('lvra_ledger_write_seconds_count'),
        };
      }),
      lasairCalls: this.#calls() - callsBefore,
    };
  }

  /** What the ledger knows exactly; not for the services of another checkout, whose ledger may be of another age. */
  records({ begunMs }: PipelineRun): PipelineRecords {
    const ledger = Ledger.open(join(this.#root, 'db', 'log.db'), [], { create: false });
    try {
      return { latenciesMs: ledger.totals.latenciesMs(begunMs), lastRegisteredMs: ledger.totals.lastRegisteredMs() };
    } finally {
      ledger.close();
    }
  }

  /** Ends the services in good order, with what they write at their end, and removes the data. */
  async end(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.end()));
    await this.#nats.stop();
    await this.#sandbox.close();
    rmSync(this.#root, { recursive: true });
  }

  /** The metrics page of each service, in the order of STAGES. */
  #pages(): Promise<string[]> {
    return Promise.all(this.#services.map((service) => service.metrics()));
  }

  #calls(): number {
    return Object.values(this.#sandbox.counts.calls)
      .flatMap((byStatus) => Object.values(byStatus))
      .reduce((a, b) => a + b, 0);
  }

  async #untilAnnotated(): Promise<void> {
    const deadline = performance.now() + GIVE_UP_MS;
    const annotate = this.#services.at(-1) as Service;
    let seen = -1;
    let changed = performance.now();
    for (;;) {
      await sleep(100);
      const { accepted } = this.#sandbox.counts;
      if (accepted !== seen) changed = performance.now();
      seen = accepted;
      if (performance.now() - changed < QUIET_MS) continue;
      changed = performance.now();
      const dead = this.#services.find((service) => !service.alive);
      const settled = dead ? 0 : sumOf(await annotate.metrics(), 'lvra_annotations_total');
      if (settled >= this.#sent) return;
      if (!dead && performance.now() < deadline) continue;
      const lines = (dead ?? annotate).lines.slice(-20).join('\n');
      const how = dead ? `${dead.name} ended` : 'gave up';
      throw new Error(`${settled} of ${this.#sent} alerts came out; ${how}:\n${lines}`);
    }
  }
}
