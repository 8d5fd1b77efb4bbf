import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '@lvra/test-servers/kafka';
import { AlertFile } from './alert-file.js';
import { alertStream, SEED } from './alerts.js';
import { costsOf } from './costs.js';
import { FLOOR_SAMPLE, measureFloors } from './floors.js';
import { Pipeline } from './pipeline.js';
import { produce } from './produce.js';
import { reportOf } from './report.js';
import { type BenchResult, commitAtHand, keepResult, machineAtHand, newestResult, ratiosOf } from './results.js';
import { median, percentile } from './statistics.js';

// make bench: what an alert costs from Kafka to an accepted annotation, and what the same bytes cost at the least.
const TOPIC = 'lasair_18lvra-fodder';
const FLOOR_TOPIC = 'bench-floors';
/** As many lie in Kafka for the no-op consumer. */
const FLOOR_MESSAGES = 5_000;

/** Results are kept of runs of this size alone. */
const STANDARD_ALERTS = 10_000;
/** As many go through before, and are counted by themselves: a night's alerts meet services that have run for hours. */
const WARMING_UP = 5_000;

const { values } = parseArgs({
  options: { alerts: { type: 'string', default: String(STANDARD_ALERTS) }, json: { type: 'boolean' } },
});
const result = await bench(Number(values.alerts));
const previous = result.alerts === STANDARD_ALERTS ? newestResult(result.commit) : undefined;
process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : reportOf(result, previous));
if (result.alerts === STANDARD_ALERTS) process.stderr.write(`kept in ${keepResult(result)}\n`);

async function bench(count: number): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-bench-alerts-'));
  const kafka = await startKafka({ version: '3.9' });
  try {
    const alerts = AlertFile.write(folder, alertStream(WARMING_UP + count));
    const sample = [...alerts.read(0, FLOOR_SAMPLE)];
    await kafka.createTopic(FLOOR_TOPIC, 4);
    await produce(kafka.brokers, FLOOR_TOPIC, alerts.read(0, FLOOR_MESSAGES));
    const floorTopic = { brokers: kafka.brokers, topic: FLOOR_TOPIC, messages: FLOOR_MESSAGES };
    const before = await measureFloors(sample, floorTopic);
    const pipeline = await Pipeline.start({ kafka, topic: TOPIC });
    try {
      const first = await pipeline.run(alerts.read(0, WARMING_UP), WARMING_UP);
      const warmingUp = { alerts: WARMING_UP, costs: costsOf(first, pipeline.records(first).lastRegisteredMs) };
      const run = await pipeline.run(alerts.read(WARMING_UP), count);
      const { latenciesMs, lastRegisteredMs } = pipeline.records(run);
      const costs = costsOf(run, lastRegisteredMs);
      const floors = { before, after: await measureFloors(sample, floorTopic) };
      return {
        commit: commitAtHand(),
        date: new Date().toISOString(),
        machine: machineAtHand(),
        node: process.version,
        seed: SEED,
        alerts: count,
        bytesAnAlert: alerts.bytes(WARMING_UP) / count,
        seconds: run.seconds,
        latencySeconds: { median: median(latenciesMs) / 1000, p99: percentile(latenciesMs, 0.99) / 1000 },
        costs,
        warmingUp,
        floors,
        ratios: ratiosOf(costs, floors),
      };
    } finally {
      await pipeline.end();
    }
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true });
  }
}
