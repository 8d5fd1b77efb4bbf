import { parseArgs } from 'node:util';
import { startKafka } from '@lvra/test-servers/kafka';
import { alertStream, nextAlerts } from './alerts.js';
import { checkOut } from './checkout.js';
import { compare, comparisonReport, type PairOfRounds, type StageCpu } from './comparison.js';
import { Pipeline } from './pipeline.js';
import { commitAtHand, machineAtHand } from './results.js';

// make bench-compare: another commit's services and these, fed in turn with the same alerts. Kafka, sandbox and what
// measures are the same for both.
const ALERTS_A_ROUND = 1_000;
/** Not counted: V8 is still compiling. */
const WARMING_UP = 2;
const FEWEST_ROUNDS = 3;

const { values } = parseArgs({ options: { base: { type: 'string' }, rounds: { type: 'string', default: '8' } } });
const rounds = Number(values.rounds);
if (!values.base || !(rounds >= FEWEST_ROUNDS)) {
  process.stderr.write(`make bench-compare BASE=<commit> [ROUNDS=8]; of rounds at least ${FEWEST_ROUNDS}\n`);
  process.exit(2);
}

const checkout = await checkOut(values.base);
try {
  const pairs = await measurePairs(checkout.project);
  process.stdout.write(
    [
      `${rounds} rounds of ${ALERTS_A_ROUND} alerts through both in turn, after ${WARMING_UP} to warm up`,
      comparisonReport(compare(pairs), checkout.commit, commitAtHand()),
      `ratio: median, least and most of the rounds. ${machineAtHand()}, Node ${process.version}`,
      '',
    ].join('\n'),
  );
} finally {
  await checkout.remove();
}

async function measurePairs(project: URL): Promise<PairOfRounds[]> {
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
      const pair = { base: await cpuOf(base, alerts), here: await cpuOf(here, alerts) };
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
