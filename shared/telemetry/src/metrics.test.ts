import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { QUARANTINE_REASONS, STAGES } from '@lvra/core';
import { Metrics } from './metrics.js';

const RULES = new URL('../../../deploy/prometheus/rules/lvra.yml', import.meta.url);

test('every counter that an alert of Prometheus looks at is at 0 before anything was counted', async () => {
  const metrics = new Metrics();
  metrics.beginConsumer('kafka');
  for (const stage of STAGES) metrics.beginStage(stage, 'r0b');
  metrics.model.begin('r0b', 'a1', {}, []);
  assert.ok(metrics.traces, 'a console sends traces');
  const page = await metrics.registry.metrics();
  const has = (series: string) => assert.ok(page.includes(`\n${series} 0\n`), series);

  const counted = new Set([...readFileSync(RULES, 'utf8').matchAll(/increase\((lvra_\w+)/g)].map(([, name]) => name));
  assert.ok(counted.size >= 6);
  for (const name of counted) assert.match(page, new RegExp(`^${name}({.*})? 0$`, 'm'));

  for (const reason of QUARANTINE_REASONS) {
    for (const stage of ['consumer', 'feature', 'predict']) {
      has(`lvra_quarantined_alerts_total{stage="${stage}",reason="${reason}"}`);
    }
  }
  for (const stage of STAGES) {
    for (const outcome of ['done', 'partial']) {
      has(`lvra_stems_total{stage="${stage}",vra="r0b",outcome="${outcome}",of="night"}`);
    }
  }
  for (const status of ['401', '403']) has(`lvra_lasair_calls_total{status="${status}"}`);
  has('lvra_annotation_latency_seconds_bucket{le="60",vra="r0b"}');
});
