import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { changing } from '@lvra/ledger/testing/look-inside';
import { edgesOf, type Manifest } from '@lvra/model';
import { Metrics } from '@lvra/telemetry';
import { ScoreMonitor } from './score-monitor.js';

const MANIFEST: Manifest = {
  ...{ name: 'r0b', version: 'a1', sha256: '', features: ['snr', 'ebv'], classes: [0, 1], input: 'double' },
  ...{ created: '2026-03-01', libraries: {}, training: {} },
};
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];
const PSI = 'lvra_score_psi{vra="r0b",version="a1"}';

async function watched(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-watch-'));
  const ledger = await Ledger.open(join(folder, 'db', 'log.db'), ['r0b'], { create: true });
  context.after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });
  const replica = () => {
    const metrics = new Metrics();
    const value = async (series: string) => {
      const line = (await metrics.registry.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    };
    return { metrics, value, watch: new ScoreMonitor(metrics.model, ledger.scoreCounts) };
  };
  /** Recorded scores, of any replica: a number in the middle of each bin. */
  const record = async (night: string, manifest: Manifest, counts: readonly number[]) => {
    const edges = edgesOf(manifest);
    const scores = counts.flatMap((count, bin) => Array(count).fill(((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2));
    await changing(ledger, (tx) => ledger.scoreCounts.add(tx, manifest, `${night}_000000`, scores, edges));
  };
  /** The index after a stem, in a process that has just started. */
  const psiAfter = async (stem: string, manifest: Manifest) => {
    const { watch, value } = replica();
    await watch.note(stem, manifest, { rows: 1, values: Float64Array.of(1, 2) }, []);
    return value(PSI);
  };
  return { replica, record, psiAfter };
}

describe('input and output of a model', () => {
  test('shows within one stem that a feature is missing everywhere', async (context) => {
    const { watch, value } = (await watched(context)).replica();
    const of = (feature: string) => value(`lvra_feature_missing_share{vra="r0b",version="a1",feature="${feature}"}`);
    const values = Float64Array.of(1, Number.NaN, 2, 0.1, 3, 0.2, 4, 0.3);
    await watch.note('20260301_000000', MANIFEST, { rows: 4, values }, Float64Array.of(0, 0.5, 0.5, 1));
    assert.deepEqual([await of('snr'), await of('ebv')], [0, 0.25]);
    const gone = Float64Array.of(1, Number.NaN, 2, Number.NaN);
    await watch.note('20260301_000000', MANIFEST, { rows: 2, values: gone }, Float64Array.of(0.2, 0.2));
    assert.deepEqual([await of('snr'), await of('ebv')], [0, 1]);
    const none = new Float64Array(0);
    await watch.note('20260301_000000', MANIFEST, { rows: 0, values: none }, none);
    assert.equal(await of('ebv'), 1, 'a stem without rows says nothing');
    assert.equal(await value('lvra_score_bucket{le="0.5",vra="r0b",version="a1"}'), 5);
    assert.equal(await value('lvra_score_count{vra="r0b",version="a1"}'), 6);
  });

  test('shows which share of the values lies outside of the range at import, and of which feature', async (context) => {
    const { watch, value } = (await watched(context)).replica();
    const shown = async () => [
      await value('lvra_out_of_range_share{vra="r0b",version="a1"}'),
      await value('lvra_feature_out_of_range_share{vra="r0b",version="a1",feature="snr"}'),
      await value('lvra_feature_out_of_range_share{vra="r0b",version="a1",feature="ebv"}'),
    ];
    const values = Float64Array.of(0, 0.2, 3, Number.NaN, 11, 0.1, 12, 0.6);
    await watch.note('20260301_000000', MANIFEST, { rows: 4, values }, []);
    assert.deepEqual(await shown(), [undefined, undefined, undefined], 'the manifest says nothing of the values');
    const spread = { levels: [0, 0.5, 1], quantiles: { snr: [1, 3, 10], ebv: [0.1, 0.3, 0.5] } };
    const manifest = { ...MANIFEST, spread };
    await watch.note('20260301_000000', manifest, { rows: 4, values }, []);
    assert.deepEqual(await shown(), [4 / 7, 3 / 4, 1 / 4], 'of the seven values that are there');
    await watch.note('20260301_000100', manifest, { rows: 1, values: Float64Array.of(2, 0.2) }, []);
    assert.deepEqual(await shown(), [0, 0, 0]);
  });

  test('measures the night against the import, over all replicas and restarts', async (context) => {
    const { psiAfter, record } = await watched(context);
    const manifest = { ...MANIFEST, scores: { edges: QUARTERS, shares: [0.1, 0.2, 0.3, 0.4] } };
    await record('20260301', manifest, [100, 200, 300, 400]);
    assert.equal(await psiAfter('20260301_100000', manifest), 0);
    await record('20260302', manifest, [40, 30, 20, 9]);
    assert.equal(await psiAfter('20260302_000010', manifest), undefined, 'a night of 99 scores says nothing yet');
    await record('20260302', manifest, [160, 120, 80, 41]);
    const index = await psiAfter('20260302_010000', manifest);
    // Worked by hand for 0.4, 0.3, 0.2, 0.1 against 0.1, 0.2, 0.3, 0.4.
    const wanted = 0.3 * Math.log(4) + 0.1 * Math.log(1.5) + 0.1 * Math.log(1.5) + 0.3 * Math.log(4);
    assert.ok(Math.abs((index ?? 0) - wanted) < 1e-9, String(index));
  });

  test('measures no past night as this one, though a backfill or an operator has it scored now', async (context) => {
    const { psiAfter, record } = await watched(context);
    const manifest = { ...MANIFEST, scores: { edges: QUARTERS, shares: [0.1, 0.2, 0.3, 0.4] } };
    const other = [400, 300, 200, 100];
    await record('20260225', manifest, other);
    await record('20260301', manifest, [1, 2, 3, 4]);
    assert.equal(await psiAfter('20260301_100000', manifest), undefined);
    await record('20260301', manifest, [100, 200, 300, 400]);
    assert.equal(await psiAfter('20260301_100000', manifest), 0);
    assert.equal(await psiAfter('20260225_100000', manifest), undefined);
  });

  test('measures against the nights before if the import says nothing', async (context) => {
    const { psiAfter, record } = await watched(context);
    const even = Array(10).fill(30);
    await record('20260301', MANIFEST, even);
    assert.equal(await psiAfter('20260301_100000', MANIFEST), undefined, 'there is no night before the first');
    await record('20260302', MANIFEST, even);
    assert.equal(await psiAfter('20260302_100000', MANIFEST), 0);
    await record('20260303', MANIFEST, [300, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.ok(((await psiAfter('20260303_100000', MANIFEST)) ?? 0) > 0.25);
  });

  test('goes from the metrics with the version', async (context) => {
    const { watch, metrics } = (await watched(context)).replica();
    metrics.model.begin('r0b', 'a1', { snr: 0.1, colour: 0.5 }, MANIFEST.features);
    const values = Float64Array.of(1, 2);
    const spread = { levels: [0, 1], quantiles: { snr: [1, 2], ebv: [1, 2] } };
    await watch.note('20260301_000000', { ...MANIFEST, spread }, { rows: 1, values }, Float64Array.of(0.3));
    assert.match(await metrics.registry.metrics(), /^lvra_feature_out_of_range_share\{vra="r0b",version="a1"/m);
    const page = await metrics.registry.metrics();
    assert.match(page, /^lvra_feature_missing_share_at_import\{vra="r0b",version="a1",feature="snr"\} 0\.1$/m);
    assert.doesNotMatch(page, /colour/, 'a feature that the model does not use');
    metrics.model.forget('r0b', 'a1', MANIFEST.features);
    assert.doesNotMatch(await metrics.registry.metrics(), /version="a1"/);
  });
});
