import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSettings } from '@lvra/config';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { Metrics } from '@lvra/telemetry';
import { LedgerGauges } from './ledger-gauges.js';

const STEM = '20260302_005900';

/** The settings of two VRAs, the second of which is not to be annotated. */
function settingsOf(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-gauges-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [vra, annotate] of [
    ['r0b', 'yes'],
    ['shadow', 'no'],
  ]) {
    const lines = [`MODEL_PATH: ${vra}.onnx`, `MODEL_NAME: ${vra}`, 'MODEL_VERSION: a1', `TOPIC_OUT: ${vra}_lvra`];
    writeFileSync(join(folder, `${vra}.yaml`), `${[...lines, `ANNOTATE: ${annotate}`].join('\n')}\n`);
  }
  const path = join(folder, 'settings.yaml');
  writeFileSync(path, 'vras: [r0b.yaml, shadow.yaml]\nsource: none\ndry_run: yes\nannotate_calls_per_hour: 4500\n');
  return loadSettings({ environment: { LVRA_SETTINGS: path, LVRA_DATA_ROOT: folder } });
}

/** The lines of a page that have a value, of metrics whose names match. */
async function linesOf(metrics: Metrics, name: RegExp): Promise<string[]> {
  return (await metrics.registry.metrics()).split('\n').filter((line) => name.test(line) && !line.startsWith('#'));
}

test('a backfill has a gauge of its own, and raises no alarm', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'shadow']);
  const metrics = new Metrics();
  await addStem(ledger, STEM, 1, 1, 1);
  await ledger.backfill.ask('shadow', [{ stem: STEM, first: 'feature', last: 'predict' }]);
  const work = ledger.work('feature', 'shadow');
  await work.beginBackfilled(STEM);
  await work.claim(STEM, 'me', Date.now(), 30_000);
  await work.fail(STEM, 'me', { status: 99, message: 'why', dueAt: undefined, now: Date.now(), durationMs: 1 });
  await new LedgerGauges(ledger, metrics.service, settingsOf(t)).refresh();
  assert.deepEqual(
    await linesOf(metrics, /^lvra_(backfill_stems|pending_stems|dead_stems|oldest_pending_seconds)\{.*[^0]$/),
    ['lvra_backfill_stems{stage="feature",vra="shadow"} 1'],
  );
});

test('the gauges are those of all stages and VRAs, and a VRA that is not annotated has nothing that waits for it', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'shadow']);
  const metrics = new Metrics();
  await addStem(ledger, STEM, 1, 0, 0);
  for (const [table, status] of Object.entries({ feature_making: 1, predict: 0, annotating: 0 })) {
    await execute(ledger, `UPDATE ${table} SET shadow = ?`, status);
  }
  await ledger.positions.seen.see('g', ['t'], 't', [{ partition: 0, high: 9n, next: 2n }], Date.now());
  await new LedgerGauges(ledger, metrics.service, settingsOf(t)).refresh();
  assert.deepEqual(await linesOf(metrics, /^lvra_(pending|ledger_readable|kafka_lag_messages)/), [
    'lvra_pending_stems{stage="feature",vra="r0b"} 0',
    'lvra_pending_stems{stage="predict",vra="r0b"} 1',
    'lvra_pending_stems{stage="annotate",vra="r0b"} 0',
    'lvra_pending_stems{stage="feature",vra="shadow"} 0',
    'lvra_pending_stems{stage="predict",vra="shadow"} 1',
    'lvra_pending_stems{stage="annotate",vra="shadow"} 0',
    'lvra_kafka_lag_messages{topic="t",partition="0"} 7',
    'lvra_ledger_readable 1',
  ]);
  const [waits, shadow] = await linesOf(metrics, /^lvra_oldest_unannotated_seconds/);
  assert.match(waits ?? '', /^lvra_oldest_unannotated_seconds\{vra="r0b"\} [1-9]\d+/);
  assert.equal(shadow, 'lvra_oldest_unannotated_seconds{vra="shadow"} 0');
  assert.deepEqual(await linesOf(metrics, /^lvra_lasair_calls_left\{vra="r0b"/), [
    'lvra_lasair_calls_left{vra="r0b"} 4500',
  ]);
  assert.deepEqual(await linesOf(metrics, /^lvra_last_alert/), [], 'there was none');
});

test('a ledger that does not answer leaves no previous number, and the page says so', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'shadow']);
  const metrics = new Metrics();
  const gauges = new LedgerGauges(ledger, metrics.service, settingsOf(t));
  await addStem(ledger, STEM, 0);
  let now = 10_000;
  t.mock.method(performance, 'now', () => now);
  await gauges.refresh();
  now += 5_000;
  await execute(ledger, 'ALTER TABLE work RENAME TO gone');
  await assert.rejects(() => gauges.refresh(), /no such table/);
  assert.deepEqual(await linesOf(metrics, /^lvra_(?!ledger_write)/), ['lvra_ledger_readable 0']);
  await execute(ledger, 'ALTER TABLE gone RENAME TO work');
  await gauges.refresh();
  assert.equal((await linesOf(metrics, /^lvra_pending_stems/)).length, 6);
});

test('the ledger is asked once for all who ask within a moment', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'shadow']);
  const metrics = new Metrics();
  const gauges = new LedgerGauges(ledger, metrics.service, settingsOf(t));
  let now = 10_000;
  t.mock.method(performance, 'now', () => now);
  await gauges.refresh();
  await execute(ledger, 'DROP TABLE work');
  now += 1_000;
  await gauges.refresh();
  assert.deepEqual(await linesOf(metrics, /^lvra_ledger_readable/), ['lvra_ledger_readable 1']);
  now += 2_000;
  await assert.rejects(() => gauges.refresh(), /no such table/);
});
