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
/** As many lie in Kafka for the no-op consumer, whatever the run. */
const MOST_FLOOR_MESSAGES = 5_000;

/** Results are kept of runs of this size alone: in a longer one warming up counts for less. */
const STANDARD_ALERTS = 5_000;

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
    const alerts = AlertFile.write(folder, alertStream(count));
    const sample = [...alerts.read(0, Math.min(FLOOR_SAMPLE, count))];
    const messages = Math.min(count, MOST_FLOOR_MESSAGES);
    await kafka.createTopic(FLOOR_TOPIC, 4);
    await produce(kafka.brokers, FLOOR_TOPIC, alerts.read(0, messages));
    const floorTopic = { brokers: kafka.brokers, topic: FLOOR_TOPIC, messages };
    const before = await measureFloors(sample, floorTopic);
    const pipeline = await Pipeline.start({ kafka, topic: TOPIC });
    try {
      const run = await pipeline.run(alerts.read(), count);
      const { latenciesMs, lastRegisteredMs } = pipeline.records();
      const costs = costsOf(run, lastRegisteredMs);
      const floors = { before, after: await measureFloors(sample, floorTopic) };
      return {
        commit: commitAtHand(),
        date: new Date().toISOString(),
        machine: machineAtHand(),
        node: process.version,
        seed: SEED,
        alerts: count,
        bytesAnAlert: alerts.bytes() / count,
        seconds: run.seconds,
        latencySeconds: { median: median(latenciesMs) / 1000, p99: percentile(latenciesMs, 0.99) / 1000 },
        costs,
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
