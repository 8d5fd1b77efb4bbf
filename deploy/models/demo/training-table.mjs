/**
 * The training table of the demonstration model: simulated alerts through the pipeline's own feature stage.
 *
 * Usage: node training-table.mjs SEED ALERTS FOLDER
 *
 * Leaves in FOLDER the feature files below `csv/`, exactly as the pipeline writes them, and `truth.csv` with what
 * each source really is. The batch files are deleted on the way: they would take 40 kB an alert.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createFeatureTask } from '@lvra/feature';
import { featureSet } from '@lvra/features';
import { Ledger } from '@lvra/ledger';
import { DataFolder } from '@lvra/runtime';
import { isReal, simulateAlerts } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';

const BATCH = 1000;
const VRA = 'r0b';
const FIRST_STEM = new Date('2026-01-01T00:00:00Z');

const [seed, alerts, folder] = process.argv.slice(2);
if (!folder || !/^\d+$/.test(seed) || !/^\d+$/.test(alerts)) {
  console.error('usage: node training-table.mjs SEED ALERTS FOLDER');
  process.exit(2);
}

await rm(folder, { recursive: true, force: true });
const paths = dataPaths(folder);
const ledger = await Ledger.open(paths.database, [VRA], { create: true });
const work = ledger.work('feature', VRA);
const log = createLogger(paths, 'training_table', { stdout: false });
const task = createFeatureTask({
  ...{ ledger, work, folder: new DataFolder(paths, ledger), vra: VRA, log, metrics: new Metrics() },
  set: featureSet(),
  siblings: [],
});
const truth = createWriteStream(join(folder, 'truth.csv'));
truth.write('diaObjectId,diaSourceId,truth,real\n');

const simulated = simulateAlerts({ seed: Number(seed) });
for (let made = 0; made < Number(alerts); made += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, Number(alerts) - made) }, () => simulated.next().value);
  const stem = await ledger.batches.reserveStem('training', FIRST_STEM);
  await writeBatch(paths.batch(stem), batch);
  await register(stem, batch);
  await task.perform(stem, { signal: new AbortController().signal, attempt: 1, elapsed: () => 0 });
  await rm(paths.batch(stem));
  for (const alert of batch) {
    truth.write(`${alert.diaObjectId},${alert.diaSourceId},${alert.truth},${isReal(alert.truth) ? 1 : 0}\n`);
  }
}
await new Promise((resolve, reject) => truth.on('error', reject).end(resolve));
await ledger.close();

async function writeBatch(path, batch) {
  await mkdir(dirname(path), { recursive: true });
  const pieces = batch.map(({ text }, at) => `${at === 0 ? '[\n' : ',\n'}${text}`);
  await pipeline([...pieces, '\n]\n'], createWriteStream(path));
}

async function register(stem, batch) {
  await ledger.batches.register({
    stem,
    vras: [VRA],
    source: 'simulate',
    diaObjectIds: batch.map(({ diaObjectId }) => diaObjectId),
    bytes: 0,
    receivedMs: new Float64Array(batch.length).fill(Number.NaN),
    groupId: '',
    ranges: [],
    quarantined: [],
    now: FIRST_STEM.getTime(),
  });
}
