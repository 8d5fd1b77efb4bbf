import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Metrics, serveHealth } from '@lvra/telemetry';
import { promtoolPath } from '@lvra/test-servers/tools';

test('promtool finds nothing to say about the metrics page, empty or with a value in every metric', async (t) => {
  const metrics = new Metrics('host/1/2');
  const server = await serveHealth({ host: '127.0.0.1', port: 0, metrics, notReady: () => [] });
  t.after(() => server.close());
  await check(server.port);
  const labels = { stage: 'predict', vra: 'r0b' };
  metrics.consumer.alertsConsumed.inc({ source: 'kafka' }, 3);
  metrics.consumer.alertBytesConsumed.inc({ source: 'kafka' }, 3.5e9);
  metrics.consumer.leftOut.inc({ reason: 'solar_system' });
  metrics.quarantined.inc({ stage: 'feature', reason: 'no_sources' });
  metrics.stems.inc({ ...labels, outcome: 'done', of: 'night' });
  metrics.rows.inc({ ...labels, of: 'night' }, 1_000);
  metrics.stageDuration.observe({ ...labels, outcome: 'done' }, 0.2);
  metrics.service.pending.set(labels, 2);
  metrics.service.dead.set(labels, 0);
  metrics.service.backfill.set(labels, 1);
  metrics.ready.set(labels, 1);
  metrics.annotations.inc({ vra: 'r0b', outcome: 'accepted' });
  metrics.lasairCalls.inc({ status: '200' });
  metrics.annotationLatency.observe({ vra: 'r0b' }, 4.2);
  metrics.service.kafkaLag.set({ topic: 'lasair_18lvra-fodder', partition: '0' }, 12);
  metrics.service.oldestPending.set(labels, 4.5);
  for (const name of ['oldestUnannotated', 'lateAlerts', 'dueAlerts', 'annotatedTonight', 'callsLeft'] as const) {
    metrics.service[name].set({ vra: 'r0b' }, 3);
  }
  metrics.service.kafkaLagAge.set({ topic: 'lasair_18lvra-fodder', partition: '0' }, 7);
  for (const name of [
    'alertsTonight',
    'lastAlert',
    'clockOffset',
    'ledgerWalBytes',
    'ledgerUp',
    'busConnected',
    'diskFree',
  ] as const) {
    metrics.service[name].set(1);
  }
  metrics.service.replicasExpected.set({ service: 'predict' }, 3);
  metrics.service.info.set({ service: 'predict', profile: 'production', version: '0.1.0' }, 1);
  const queue = { queue: 'predict_r0b', waiting: 1, unacknowledged: 2, redelivered: 0 };
  metrics.service.setBus({ queues: [queue], bytes: 1_000 });
  const model = { vra: 'r0b', version: 'a1' };
  metrics.model.begin('r0b', 'a1', { snr: 0.25 }, ['snr']);
  metrics.model.refused.set({ ...model, version: 'a2' }, 1);
  metrics.model.scores.observe(model, 0.5);
  metrics.model.stability.set(model, 0.02);
  metrics.model.missingShare.set({ ...model, feature: 'snr' }, 1);
  metrics.model.outOfRangeShare.set(model, 0.01);
  metrics.model.featureOutOfRangeShare.set({ ...model, feature: 'snr' }, 0.1);
  metrics.console.requests.observe({ route: '/stems/:stem', status: '2xx' }, 0.02);
  metrics.console.address.set({ url: 'http://127.0.0.1:8470' }, 1);
  const page = await check(server.port);
  for (const { name } of await metrics.registry.getMetricsAsJSON()) {
    if (name.startsWith('lvra_'))
      assert.match(page, new RegExp(`^${name}(_bucket|_sum|_count)?(\\{.*\\})? [0-9.e+]+$`, 'm'), name);
  }
});

async function check(port: number): Promise<string> {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const { status, stdout, stderr } = spawnSync(promtoolPath(), ['check', 'metrics'], { input: page, encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  return page;
}
