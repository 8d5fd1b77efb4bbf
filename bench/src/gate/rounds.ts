import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import type { ServiceName } from '@lvra/test-servers/service';
import { inRequests, nextAlerts, parseable, simulatedStream } from '../pipeline/alerts.js';
import { Pipeline, type PipelineOptions, type PipelineRun } from '../pipeline/pipeline.js';
import { FloorClock } from './floor-clock.js';

/** CPU ms an alert, by stage. */
export type StageCpu = Readonly<Record<ServiceName, number>>;

/** What one round took, CPU ms an alert. */
export interface Round {
  readonly stages: StageCpu;
  /** Bare JSON.parse, measured at the same time on the same machine. */
  readonly jsonParse: number;
}

/** The same alerts through both versions, one right after the other. */
export interface PairOfRounds {
  readonly base: StageCpu;
  readonly here: StageCpu;
}

const ALERTS_A_ROUND = 1_000;
/** Rounds that are not measured: V8 is still compiling. */
const WARMING_UP = 2;
/** A round is one batch, which ends with its alerts and not by the clock. */
const SETTINGS = { LVRA_BATCH_ALERTS: `${ALERTS_A_ROUND}`, LVRA_BATCH_SECONDS: '10' };

/**
 * Feeds one pipeline with round after round of new alerts, and beside it a process that parses alerts all the time, so
 * that other load of the machine affects both.
 *
 * @param continues called after each round
 */
export async function measureRounds(continues: (rounds: readonly Round[]) => boolean): Promise<readonly Round[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-gate-'));
  const texts = join(folder, 'texts.json');
  writeFileSync(texts, JSON.stringify(nextAlerts(simulatedStream(), 500).map(parseable)));
  const floor = new FloorClock(texts);
  try {
    return await withPipelines([{ topic: 'bench-gate' }], async ([pipeline]) => {
      const stream = simulatedStream();
      const rounds: Round[] = [];
      for (let round = 0; round < WARMING_UP || rounds.length === 0 || continues(rounds); round++) {
        const run = await (pipeline as Pipeline).run(inRequests(nextAlerts(stream, ALERTS_A_ROUND)));
        const jsonParse = await floor.between(run.begunMs, run.begunMs + run.seconds * 1000);
        if (round >= WARMING_UP) rounds.push({ stages: cpuOf(run), jsonParse });
      }
      return rounds;
    });
  } finally {
    await floor.end();
    rmSync(folder, { recursive: true });
  }
}

/**
 * Feeds another commit's services and these in turn with the same alerts. Kafka, sandbox and the measuring process are the same
 * for both.
 *
 * @param project the built checkout
 */
export function measurePairs(project: URL, count: number): Promise<PairOfRounds[]> {
  return withPipelines([{ topic: 'bench-base', project }, { topic: 'bench-here' }], async (pipelines) => {
    const stream = simulatedStream();
    const pairs: PairOfRounds[] = [];
    for (let round = 0; round < WARMING_UP + count; round++) {
      const alerts = nextAlerts(stream, ALERTS_A_ROUND);
      const [base, here] = pipelines.map((pipeline) => async () => cpuOf(await pipeline.run(inRequests(alerts))));
      // The second one finds the machine still busy with work of the first, so the order alternates.
      const hereFirst = round % 2 === 1 ? await here?.() : undefined;
      const pair = { base: await base?.(), here: hereFirst ?? (await here?.()) } as PairOfRounds;
      if (round >= WARMING_UP) pairs.push(pair);
    }
    return pairs;
  });
}

async function withPipelines<T>(
  each: readonly Omit<PipelineOptions, 'kafka'>[],
  work: (pipelines: readonly Pipeline[]) => Promise<T>,
): Promise<T> {
  const kafka = await startKafka({ version: '3.9' });
  const pipelines: Pipeline[] = [];
  try {
    for (const options of each) pipelines.push(await Pipeline.start({ ...options, kafka, settings: SETTINGS }));
    return await work(pipelines);
  } finally {
    await Promise.all(pipelines.map((pipeline) => pipeline.end()));
    await kafka.stop();
  }
}

function cpuOf({ stages, alerts }: PipelineRun): StageCpu {
  return Object.fromEntries(stages.map(({ stage, cpuMs }) => [stage, cpuMs / alerts])) as unknown as StageCpu;
}
