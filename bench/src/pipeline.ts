import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '@lvra/sandbox/sandbox';
import { startKafka } from '@lvra/test-servers/kafka';
import { startNats } from '@lvra/test-servers/nats';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import { type Usage, usageOf } from './process-usage.js';
import { produce } from './produce.js';
import { quantileOf, sumOf } from './prometheus.js';

export interface StageResult {
  readonly stage: ServiceName;
  /** Alerts over the time in which the stage was at work on stems; for the consumer, over the whole run. */
  readonly alertsPerSecond: number;
  readonly cpuMsPerAlert: number;
  readonly peakMb: number;
}

export interface PipelineResult {
  readonly alerts: number;
  readonly bytes: number;
  /** From the first alert in Kafka to the last accepted annotation. */
  readonly seconds: number;
  readonly stages: readonly StageResult[];
  readonly lasairCalls: number;
  readonly objects: number;
  readonly latencySeconds: { readonly median: number; readonly p99: number };
}

const TOPIC = 'lasair_18lvra-fodder';
const STAGES = ['consumer', 'feature', 'predict', 'annotate'] as const;
const GIVE_UP_MS = 600_000;

/**
 * Runs alerts through four processes, a real Kafka and a real NATS to the sandbox, all on this machine.
 *
 * CPU is what the four processes used from the moment they were ready: their start is not in it, the warming-up of
 * their code is.
 */
export async function measurePipeline(alerts: readonly Buffer[], latencyMs: number): Promise<PipelineResult> {
  const root = mkdtempSync(join(tmpdir(), 'lvra-bench-'));
  const sandbox = await startSandbox({ latencyMs, callsPerHour: 1_000_000, keep: 'current' });
  const nats = await startNats();
  const kafka = await startKafka({ version: '3.9' });
  const services: Service[] = [];
  try {
    await kafka.createTopic(TOPIC, 4);
    const environment = {
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: TOPIC,
      LVRA_GROUP_ID: 'bench',
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVER: nats.url,
      LVRA_ENDPOINT: sandbox.endpoint,
      LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
      LASAIR_LSST_TOKEN: 'sandbox-token',
    };
    for (const stage of STAGES) services.push(await startService(stage, environment));
    const before = services.map(({ pid }) => usageOf(pid));
    const begun = performance.now();
    await produce(kafka.brokers, TOPIC, alerts);
    await untilAnnotated(services, alerts.length);
    const seconds = (performance.now() - begun) / 1000;
    const after = services.map(({ pid }) => usageOf(pid));
    const pages = await Promise.all(services.map((service) => service.metrics()));
    return {
      alerts: alerts.length,
      bytes: alerts.reduce((sum, alert) => sum + alert.length, 0),
      seconds,
      stages: STAGES.map((stage, i) => ({
        stage,
        alertsPerSecond: alerts.length / (busySeconds(pages[i] as string, stage) || seconds),
        ...perAlert(before[i] as Usage, after[i] as Usage, alerts.length),
      })),
      lasairCalls: Object.values(sandbox.counts.calls)
        .flatMap((byStatus) => Object.values(byStatus))
        .reduce((a, b) => a + b, 0),
      objects: sandbox.annotations.size,
      latencySeconds: {
        median: quantileOf(pages[3] as string, 'lvra_annotation_latency_seconds', 0.5),
        p99: quantileOf(pages[3] as string, 'lvra_annotation_latency_seconds', 0.99),
      },
    };
  } finally {
    await Promise.all(services.map((service) => service.end()));
    await kafka.stop();
    await nats.stop();
    await sandbox.close();
    rmSync(root, { recursive: true });
  }
}

/** Waits until every alert has come out of annotate, accepted or superseded by a newer one. */
async function untilAnnotated(services: readonly Service[], alerts: number): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  const annotate = services.at(-1) as Service;
  for (;;) {
    const settled = sumOf(await annotate.metrics(), 'lvra_annotations_total');
    if (settled >= alerts) return;
    const dead = services.find((service) => !service.alive);
    if (dead || performance.now() > deadline) {
      const lines = (dead ?? annotate).lines.slice(-20).join('\n');
      throw new Error(`${settled} of ${alerts} alerts came out; ${dead ? `${dead.name} ended` : 'gave up'}:\n${lines}`);
    }
    await sleep(250);
  }
}

const busySeconds = (page: string, stage: string) => sumOf(page, 'lvra_stage_duration_seconds_sum', `stage="${stage}"`);

function perAlert(before: Usage, after: Usage, alerts: number) {
  return { cpuMsPerAlert: (after.cpuMs - before.cpuMs) / alerts, peakMb: after.peakMb };
}
