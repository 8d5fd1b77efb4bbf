import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nightBegan } from '@lvra/core';
import { startPrometheus, type WebServer } from '@lvra/test-servers/prometheus';
import type { Service } from '@lvra/test-servers/service';
import { VraWorld } from './vra-world.js';

const RULES = fileURLToPath(new URL('../../../deploy/prometheus/rules/lvra.yml', import.meta.url));

const PENDING = 'max(lvra_pending_stems{stage="annotate"})';
const TONIGHT = 'max(lvra_annotated_tonight)';

/** The value of an expression, if it has one. */
async function ask({ address }: WebServer, expression: string): Promise<number | undefined> {
  const answer = await fetch(`${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  assert.ok(data.result.length < 2, `${expression} has several values`);
  return data.result[0] && Number(data.result[0].value[1]);
}

/** Has Prometheus scrape the services under their names, on their own ports. */
function look(world: VraWorld, services: readonly Service[]): void {
  const targets = services.map(({ name, url }) => ({
    targets: [new URL(url).host],
    labels: { job: name, instance: name },
  }));
  writeFileSync(join(world.root, 'targets.json'), JSON.stringify(targets));
}

test('an outage of annotate shows in Prometheus while it lasts, and its restart takes nothing back', async (t) => {
  // Tonight counts from noon, UTC: noon must not fall into this test.
  const toNoon = nightBegan(Date.now()) + 86_400_000 - Date.now();
  if (toNoon < 150_000) await sleep(toNoon);
  const world = await VraWorld.start(t);
  world.configure('r0b');
  world.use('r0b', 'a1');
  const [feature, predict, annotate] = (await world.run('feature', 'predict', 'annotate')) as [
    Service,
    Service,
    Service,
  ];
  look(world, [feature, predict, annotate]);
  const prometheus = await startPrometheus(`
    global: { scrape_interval: 1s, evaluation_interval: 1s }
    rule_files: ['${RULES}']
    scrape_configs: [{ job_name: ours, file_sd_configs: [{ files: ['${join(world.root, 'targets.json')}'] }] }]`);
  t.after(() => prometheus.stop());
  const shows = async (value: number, expression: string) => {
    const deadline = performance.now() + 60_000;
    for (let found = await ask(prometheus, expression); found !== value; found = await ask(prometheus, expression)) {
      assert.ok(performance.now() < deadline, `${expression} is ${found} and not ${value}`);
      await sleep(100);
    }
  };

  await world.done(await world.batch(t, ['r0b']), 'r0b');
  await shows(5, TONIGHT);
  await shows(0, 'lvra:late:ratio1h');
  // The other services export tonight too: Prometheus must have scraped annotate itself before it is killed.
  await shows(5, 'sum(lvra_annotations_total{outcome="accepted"})');

  await annotate.end('SIGKILL');
  const late = await world.batch(t, ['r0b'], Date.now() - 90_000);
  await shows(1, PENDING);
  await shows(0, 'sum(up{job="annotate"})');
  // Two services report it, and Prometheus has seen the outage by now.
  await shows(2, 'count(lvra_pending_stems{stage="annotate"} == 1)');
  await shows(5, 'max(lvra_late_alerts)');
  await shows(0.5, 'lvra:late:ratio1h');
  assert.ok(((await ask(prometheus, 'max(lvra_oldest_unannotated_seconds)')) ?? 0) >= 90);
  assert.equal(await ask(prometheus, TONIGHT), 5);

  const [again] = (await world.run('annotate')) as [Service];
  look(world, [feature, predict, again]);
  await world.done(late, 'r0b');
  await shows(10, TONIGHT);
  await shows(0, PENDING);
  await shows(0, 'max(lvra_oldest_unannotated_seconds)');
  await shows(2, 'count(count by (process) (last_over_time(lvra_annotations_total[10m])))');
  await shows(5, 'sum(lvra_annotations_total{outcome="accepted"})');
  assert.equal(await ask(prometheus, 'lvra:late:ratio1h'), 0.5);
  assert.equal(await ask(prometheus, `resets(${TONIGHT}[10m:1s])`), 0);
  for (const share of ['lvra:annotated_late:ratio30m', 'lvra:late:ratio1h']) {
    assert.equal(await ask(prometheus, `count_over_time((${share} < 0 or ${share} > 1)[10m:1s])`), undefined, share);
  }
});
