import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedAlert } from '@lvra/shared/simulator/simulator';
import type { ServiceName } from '@lvra/test-servers/service';
import { simulatedAlerts } from '../alerts.js';
import { FloorClock } from '../floor-clock.js';
import { parseable } from '../floors.js';
import { PipelineWorld, SERVICES, SHORT_MEMORY } from '../scenarios/pipeline-world.js';
import { Sampler, usedByName } from '../scenarios/sampler.js';
import { median } from '../statistics.js';
import { withSources } from './history.js';
import { endInOrder } from './in-order.js';

const SOURCES = [1, 5, 10, 20, 50, 100];
const BATCHES = [10, 30, 100, 300, 1_000, 3_000, 10_000];
const BATCH_FOR_SOURCES = 250;
/** For the curve of sources; sent again and again with other ids. */
const TEMPLATES = 250;
/** Batches close by their number of alerts alone. */
const CLOSED_BY_COUNT = { LVRA_BATCH_SECONDS: '60', LVRA_BATCH_BYTES: '1000000000' };
/** The middle one of so many rounds counts, by stage. */
const ROUNDS = 3;
const ALERTS_A_ROUND = 1_500;
/** V8 compiles what has become hot over the first 10,000 alerts or so. */
const WARMING_UP = 10_000;
/** For a consumer that was started anew. */
const CONSUMER_WARMING_UP = 4_000;

export interface CostPoint {
  /** Sources an alert, or alerts a batch. */
  readonly at: number;
  readonly kbAnAlert: number;
  /** User and system time of an alert, ms. */
  readonly stages: Readonly<Record<ServiceName, number>>;
  /** What bare JSON.parse took for the same bytes at the same time, NaN already replaced, ms. */
  readonly parseMs: number;
}

/** What an alert costs each stage of one warm pipeline, against the alerts of a batch and the sources of an alert. */
export async function measureCosts(): Promise<{ byBatch: CostPoint[]; bySources: CostPoint[] }> {
  const world = await PipelineWorld.make(
    { ...CLOSED_BY_COUNT, LVRA_BATCH_ALERTS: `${BATCH_FOR_SOURCES}` },
    SHORT_MEMORY,
  );
  try {
    await world.startServices();
    await send(world, WARMING_UP);
    const byBatch: CostPoint[] = [];
    const usual = simulatedAlerts(3_000);
    for (const size of BATCHES) {
      await restartConsumer(world, size);
      byBatch.push(await measure(world, size, usual, wholeBatches(size, ALERTS_A_ROUND)));
    }
    const bySources: CostPoint[] = [];
    await restartConsumer(world, BATCH_FOR_SOURCES);
    for (const sources of SOURCES) {
      const alerts = usual.slice(0, TEMPLATES).map((alert) => withSources(alert, sources));
      await world.load.use(alerts);
      await send(world, BATCH_FOR_SOURCES);
      bySources.push(await measure(world, sources, alerts, ALERTS_A_ROUND));
    }
    await endInOrder(world);
    return { byBatch, bySources };
  } finally {
    await world.end();
  }
}

/** Only the consumer knows how large a batch is; the others stay as warm as they are. */
async function restartConsumer(world: PipelineWorld, batchAlerts: number): Promise<void> {
  await world.keep('consumer', 0);
  await world.startOne('consumer', { LVRA_BATCH_ALERTS: `${batchAlerts}` });
  await send(world, wholeBatches(batchAlerts, CONSUMER_WARMING_UP));
}

/** The most alerts up to `atMost` that fill batches, and one batch at least: the load sends 25 at once. */
export function wholeBatches(batchAlerts: number, atMost: number): number {
  let unit = batchAlerts;
  while (unit % 25 !== 0) unit += batchAlerts;
  return Math.max(1, Math.floor(atMost / unit)) * unit;
}

async function send(world: PipelineWorld, alerts: number): Promise<void> {
  const { load } = world;
  const until = load.sent + alerts;
  await world.untilAnnotated(load.send(() => load.sent >= until));
}

async function measure(
  world: PipelineWorld,
  at: number,
  alerts: readonly SimulatedAlert[],
  alertsARound: number,
): Promise<CostPoint> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-curves-'));
  const texts = join(folder, 'texts.json');
  writeFileSync(texts, JSON.stringify(alerts.slice(0, TEMPLATES).map(({ text }) => parseable(Buffer.from(text)))));
  const floor = new FloorClock(texts);
  try {
    const used: Readonly<Record<string, number>>[] = [];
    const parse: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = Date.now();
      const sampler = new Sampler(world.processes());
      await send(world, alertsARound);
      used.push(usedByName(sampler.end().watches));
      parse.push(await floor.between(begun, Date.now()));
    }
    const cost = (name: ServiceName) => median(used.map((round) => (round[name] as number) / alertsARound));
    const bytes = alerts.reduce((sum, { text }) => sum + text.length, 0);
    return {
      at,
      kbAnAlert: bytes / alerts.length / 1_000,
      stages: Object.fromEntries(SERVICES.map((name) => [name, cost(name)])) as CostPoint['stages'],
      parseMs: median(parse),
    };
  } finally {
    await floor.end();
    rmSync(folder, { recursive: true });
  }
}
