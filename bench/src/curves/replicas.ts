import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { dataPaths } from '@lvra/shared/paths';
import type { ServiceName } from '@lvra/test-servers/service';
import { PipelineWorld, SERVICES, SHORT_MEMORY } from '../scenarios/pipeline-world.js';
import { Sampler, usedByName } from '../scenarios/sampler.js';
import { endInOrder } from './in-order.js';
import { isThrough, lastDoneMs } from './progress.js';

/** From many to few: those that stay are warm, and are not warmed up again. */
const REPLICAS = [4, 2, 1];
const ALERTS_A_STEM = 250;
/** The backlog: each of four consumers, with a partition each, finds six stems. */
const BACKLOG = 6_000;
/** All replicas together. */
const WARMING_UP = 12_000;
/** Consumers share the partitions anew when one of them has gone; a stem of each partition shows that they have. */
const SETTLING = 1_000;
const ROUNDS = 3;
const STUCK_MS = 60_000;
const LOOK_EVERY_MS = 20;
const IDLE_FOR_MS = 200;

export type Scaled = ServiceName | 'all';

export interface ReplicaPoint {
  readonly stage: Scaled;
  readonly replicas: number;
  /** From when the stage was let go to its last stem, or to the last one of annotate. */
  readonly alertsPerSecond: number;
  /** User and system time of all replicas, ms an alert. */
  readonly cpuMs: number;
  /** What was used beside them, ms an alert. */
  readonly beside: { readonly Kafka: number; readonly NATS: number; readonly sandbox: number };
}

/**
 * How quickly 1, 2 and 4 replicas of a stage work off a backlog. They are stopped (SIGSTOP) while the stages before them
 * make it, and the stages behind them are stopped while they work, so that both cores are theirs; what they need of
 * Kafka, NATS and the sandbox is beside them. Of `all`, every stage has so many replicas and none is stopped.
 */
export async function measureReplicas(stage: Scaled): Promise<ReplicaPoint[]> {
  const world = await PipelineWorld.make(
    { LVRA_BATCH_ALERTS: `${ALERTS_A_STEM}`, LVRA_BATCH_SECONDS: '2' },
    SHORT_MEMORY,
  );
  const scaled = stage === 'all' ? SERVICES : [stage];
  try {
    await world.startServices();
    for (const name of scaled) {
      for (let more = 1; more < Math.max(...REPLICAS); more++) await world.startOne(name);
    }
    const send = (alerts: number) => {
      const until = world.load.sent + alerts;
      return world.untilAnnotated(world.load.send(() => world.load.sent >= until));
    };
    await send(WARMING_UP);
    const ledger = Ledger.open(dataPaths(world.root).database, [], { create: false });
    try {
      const points: ReplicaPoint[] = [];
      for (const replicas of REPLICAS) {
        for (const name of scaled) await world.keep(name, replicas);
        await send(SETTLING);
        await untilIdle(ledger, world);
        const rounds: Round[] = [];
        for (let round = 0; round < ROUNDS; round++) rounds.push(await workOff(world, ledger, scaled));
        points.unshift({ stage, replicas, ...middleOf(rounds) });
      }
      await endInOrder(world);
      return points;
    } finally {
      ledger.close();
    }
  } finally {
    await world.end();
  }
}

/** One backlog. */
async function workOff(world: PipelineWorld, ledger: Ledger, scaled: readonly ServiceName[]): Promise<Round> {
  const first = SERVICES.indexOf(scaled[0] as ServiceName);
  const last = scaled.at(-1) as ServiceName;
  const before = SERVICES[first - 1];
  const signal = (names: readonly ServiceName[], name: NodeJS.Signals) => {
    for (const service of world.services) if (names.includes(service.name)) service.signal(name);
  };
  const { load } = world;
  const sent = load.sent + BACKLOG;
  signal(SERVICES.slice(first), 'SIGSTOP');
  await load.send(() => load.sent >= sent);
  if (before) await until(() => isThrough(ledger, before, sent), world);
  const sampler = new Sampler(world.processes());
  const begun = Date.now();
  signal(scaled, 'SIGCONT');
  await until(() => isThrough(ledger, last, sent), world);
  const used = usedByName(sampler.end().watches);
  const seconds = (lastDoneMs(ledger, last) - begun) / 1_000;
  signal(SERVICES, 'SIGCONT');
  await untilIdle(ledger, world);
  const ofAnAlert = (name: string) => (used[name] as number) / BACKLOG;
  return {
    alertsPerSecond: BACKLOG / seconds,
    cpuMs: scaled.reduce((sum, name) => sum + ofAnAlert(name), 0),
    beside: { Kafka: ofAnAlert('Kafka'), NATS: ofAnAlert('NATS'), sandbox: ofAnAlert('sandbox') },
  };
}

/** One that is stopped in the middle of a transaction would keep the ledger's lock from all others. */
async function untilIdle(ledger: Ledger, world: PipelineWorld): Promise<void> {
  await until(() => isThrough(ledger, 'annotate', world.load.sent), world);
  await sleep(IDLE_FOR_MS);
}

async function until(isSo: () => boolean, { services }: PipelineWorld): Promise<void> {
  const begun = performance.now();
  while (!isSo()) {
    const ended = services.find(({ alive }) => !alive);
    if (ended || performance.now() - begun > STUCK_MS) {
      throw new Error(
        `${ended ? `${ended.name} has ended` : 'a backlog was not worked off'}; what the services said:\n${services
          .map(({ name, lines }) => `${name}: ${lines.slice(-5).join('\n')}`)
          .join('\n')}`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

type Round = Omit<ReplicaPoint, 'stage' | 'replicas'>;

/** The round of the middle rate. */
function middleOf(rounds: readonly Round[]): Round {
  const sorted = rounds.toSorted((a, b) => a.alertsPerSecond - b.alertsPerSecond);
  return sorted[Math.floor(sorted.length / 2)] as Round;
}
