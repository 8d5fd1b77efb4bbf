import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { runLvra } from '@lvra/cli/testing/run-lvra';
import { readFeatureRows, reference } from '@lvra/core/testing/reference';
import { AVRO_VERSIONS, type SimulatedAvro, simulateAvro, writeSchemas } from '@lvra/simulator';
import { makeDataRoot } from './data-root.js';
import { makeWorld, TOPIC, until, type World } from './world.js';

const ALERTS = 2_000;
/** Of each twenty that `lvra simulate` makes, one is of the solar system. */
const [BY_COMMAND, ROWS_BY_COMMAND] = [100, 95];
const A_REQUEST = 250;

const schemas = makeDataRoot();
let world: World;

before(async () => {
  writeSchemas(schemas.root, RUBIN, AVRO_VERSIONS);
  world = await makeWorld({ LVRA_FORMAT: 'avro', LVRA_SCHEMA_REGISTRY: schemas.root });
});

after(async () => {
  await world?.end();
  schemas.remove();
});

test('Avro alerts of five versions give a feature row each with every id equal', async () => {
  await Promise.all([world.start('consumer'), world.start('feature')]);
  const alerts = simulateAvro({ seed: 5, schemas: RUBIN, versions: AVRO_VERSIONS, meanSources: 4 });
  const sent: string[] = [];
  for (let begin = 0; begin < ALERTS; begin += A_REQUEST) {
    const some: SimulatedAvro[] = Array.from({ length: A_REQUEST }, () => alerts.next().value);
    sent.push(...some.map((alert) => `${alert.diaObjectId} ${alert.diaSourceId}`));
    await world.send(some.map(({ bytes }) => bytes));
  }
  const rows = () =>
    Number(world.ledger().prepare('SELECT coalesce(sum(alerts), 0) FROM batch').pluck().get()) === ALERTS &&
    world.ledger().prepare('SELECT 1 FROM feature_making WHERE r0b != 1').get() === undefined;
  await until(world, 'every alert has its row', rows, 120_000);

  const stems = world.ledger().prepare('SELECT stem FROM feature_making').pluck().all() as string[];
  const features = stems.flatMap((stem) => readFeatureRows(world.paths.features(stem)));
  assert.equal(features.length, ALERTS);
  const got = features.map(({ diaObjectId, diaSourceId }) => `${diaObjectId} ${diaSourceId}`);
  assert.deepEqual(got.sort(), sent.sort());
  assert.ok(!existsSync(join(world.root, 'quarantine')));

  // The columns that a model of today takes are all there, and a new number of 11.1 comes out as one.
  const columns = new Set(features.flatMap((row) => Object.keys(row)));
  assert.deepEqual(
    reference.columns.filter((column) => !columns.has(column)),
    [],
  );
  const exposures = features.map(({ exposureTime }) => exposureTime);
  assert.equal(exposures.filter((time) => time === '30.0').length, ALERTS / AVRO_VERSIONS.length);
  assert.equal(exposures.filter((time) => time === '').length, ALERTS - ALERTS / AVRO_VERSIONS.length);

  const simulated = await runLvra([
    ...['simulate', '--format', 'avro', '--schema', 'mixed', '--schemas', RUBIN, '--save-schemas', schemas.root],
    ...['--kafka', world.kafka.brokers.join(','), '--topic', TOPIC, '--count', String(BY_COMMAND), '--codec', 'gzip'],
  ]);
  assert.equal(simulated.code, 0, simulated.stderr);
  const count = () => Number(world.ledger().prepare('SELECT sum(alerts) FROM batch').pluck().get());
  await until(world, 'the alerts of lvra simulate are there', () => count() === ALERTS + ROWS_BY_COMMAND);
  const leftOut = () => world.ledger().prepare('SELECT sum(left_out) FROM batch_offsets').pluck().get();
  await until(world, 'those of the solar system are counted', () => leftOut() === 5n);

  const verified = await runLvra(['verify'], { LVRA_DATA_ROOT: world.root, LVRA_DRY_RUN: 'yes' });
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});
