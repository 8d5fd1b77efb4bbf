import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka';
import type { ServiceName } from '@lvra/test-servers/service';
import { alertStream, nextAlerts } from './alerts.js';
import { FloorClock } from './floor-clock.js';
import { parseable } from './floors.js';
import { Pipeline, type PipelineOptions } from './pipeline.js';

/** What one round took, CPU ms an alert. */
export interface Round {
  readonly stages: Readonly<Record<ServiceName, number>>;
  /** Bare JSON.parse, measured at the same time on the same machine. */
  readonly jsonParse: number;
}

export interface GateOptions {
  /** 1,000 unless told: one batch of the consumer, so that a round ends with its alerts and not by the clock. */
  readonly alertsARound?: number;
  /** Options of Node, by stage. */
  readonly node?: PipelineOptions['node'];
}

const ALERTS_A_ROUND = 1_000;
/** Rounds that are not measured: V8 is still compiling. */
const WARMING_UP = 2;
const TOPIC = 'bench-gate';

/**
 * The same pipeline fed with round after round of new alerts, and beside it a process that parses alerts all the time, so
 * that whatever else the machine does weighs on both.
 */
export class GateRounds {
  readonly #folder: string;
  readonly #kafka: KafkaServer;
  readonly #pipeline: Pipeline;
  readonly #floor: FloorClock;
  readonly #alerts = alertStream();
  readonly #alertsARound: number;

  private constructor(folder: string, kafka: KafkaServer, pipeline: Pipeline, floor: FloorClock, alerts: number) {
    this.#folder = folder;
    this.#kafka = kafka;
    this.#pipeline = pipeline;
    this.#floor = floor;
    this.#alertsARound = alerts;
  }

  /** Resolves when all is warm. */
  static async start({ alertsARound = ALERTS_A_ROUND, node }: GateOptions = {}): Promise<GateRounds> {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-gate-'));
    const texts = join(folder, 'texts.json');
    writeFileSync(texts, JSON.stringify([...alertStream(500)].map(parseable)));
    const kafka = await startKafka({ version: '3.9' });
    const environment = { LVRA_BATCH_ALERTS: String(alertsARound) };
    const pipeline = await Pipeline.start({ kafka, topic: TOPIC, environment, ...(node && { node }) });
    const rounds = new GateRounds(folder, kafka, pipeline, new FloorClock(texts), alertsARound);
    for (let round = 0; round < WARMING_UP; round++) await rounds.next();
    return rounds;
  }

  async next(): Promise<Round> {
    const count = this.#alertsARound;
    const alerts = nextAlerts(this.#alerts, count);
    const { stages, begunMs, seconds } = await this.#pipeline.run(alerts, count);
    return {
      stages: Object.fromEntries(stages.map(({ stage, cpuMs }) => [stage, cpuMs / count])) as Round['stages'],
      jsonParse: await this.#floor.between(begunMs, begunMs + seconds * 1000),
    };
  }

  async end(): Promise<void> {
    await this.#floor.end();
    await this.#pipeline.end();
    await this.#kafka.stop();
    rmSync(this.#folder, { recursive: true });
  }
}
