import { startKafka } from '@lvra/test-servers/kafka';
import { alertStream, nextAlerts } from './alerts.js';
import type { PairOfRounds, StageCpu } from './comparison.js';
import { Pipeline } from './pipeline.js';

export const ALERTS_A_ROUND = 1_000;
/** Rounds that are not counted: V8 is still compiling. */
export const WARMING_UP = 2;

/**
 * Feeds another commit's services and these in turn with the same alerts. Kafka, sandbox and what measures are the same
 * for both.
 *
 * @param project the built checkout
 */
export async function measurePairs(project: URL, rounds: number): Promise<PairOfRounds[]> {
  const kafka = await startKafka({ version: '3.9' });
  const pipelines: Pipeline[] = [];
  try {
    const base = await Pipeline.start({ kafka, topic: 'bench-base', project });
    pipelines.push(base);
    const here = await Pipeline.start({ kafka, topic: 'bench-here' });
    pipelines.push(here);
    const stream = alertStream();
    const pairs: PairOfRounds[] = [];
    for (let round = 0; round < WARMING_UP + rounds; round++) {
      const alerts = nextAlerts(stream, ALERTS_A_ROUND);
      // Who goes second finds the machine still busy with what the first left to do: each does so in turn.
      const hereFirst = round % 2 === 1 ? await cpuOf(here, alerts) : undefined;
      const pair = { base: await cpuOf(base, alerts), here: hereFirst ?? (await cpuOf(here, alerts)) };
      if (round >= WARMING_UP) pairs.push(pair);
    }
    return pairs;
  } finally {
    await Promise.all(pipelines.map((pipeline) => pipeline.end()));
    await kafka.stop();
  }
}

async function cpuOf(pipeline: Pipeline, alerts: readonly Buffer[]): Promise<StageCpu> {
  const { stages } = await pipeline.run(alerts, alerts.length);
  return Object.fromEntries(stages.map(({ stage, cpuMs }) => [stage, cpuMs / alerts.length])) as unknown as StageCpu;
}
