import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from './metrics.js';

const valuesOf = async (metrics: Metrics) =>
  (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => /^lvra_(?!.*_total|.*_bucket|.*_sum|.*_count)/.test(line));

test('no gauge has a value before it is set, and those of the ledger have none once it does not answer', async () => {
  const metrics = new Metrics();
  metrics.beginStage('predict', 'r0b');
  assert.deepEqual(await valuesOf(metrics), []);
  const { service } = metrics;
  service.pending.set({ stage: 'predict', vra: 'r0b' }, 3);
  service.alertsTonight.set(7);
  service.diskFree.set(8);
  assert.equal((await valuesOf(metrics)).length, 3);
  service.forgetLedger();
  assert.deepEqual(await valuesOf(metrics), ['lvra_disk_free_bytes 8']);
});

test('what belongs to the consumer is shown by a process that consumes alone', async () => {
  const [stage, consumer] = [new Metrics(), new Metrics()];
  stage.beginStage('predict', 'r0b');
  consumer.beginConsumer('kafka');
  const shows = async (metrics: Metrics) => (await metrics.registry.metrics()).includes('lvra_consumer_paused');
  assert.deepEqual([await shows(stage), await shows(consumer)], [false, true]);
});

test('two processes at one address are told apart in every series', async () => {
  const metrics = new Metrics('host/7/1764255555123');
  metrics.beginStage('annotate', 'r0b');
  const series = (await metrics.registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(series.length > 50);
  for (const line of series) assert.match(line, /[{,]process="host\/7\/1764255555123"[,}]/);
});
