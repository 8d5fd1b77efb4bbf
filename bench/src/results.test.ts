import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { costsOf } from './costs.js';
import type { Floors } from './floors.js';
import type { PipelineRun, StageRun } from './pipeline.js';
import { reportOf } from './report.js';
import { type BenchResult, keepResult, newestResult, ratiosOf } from './results.js';

const stageRun = (stage: StageRun['stage'], userMs: number, busySeconds: number): StageRun => ({
  ...{
    stage,
    userMs,
    systemMs: 100,
    cpuMs: userMs + 100,
    writtenBytes: 50_000,
    peakMb: 100,
    busySeconds,
    ledgerTransactions: 3,
  },
});

/** 1,000 alerts in four seconds. */
const run: PipelineRun = {
  alerts: 1_000,
  begunMs: 1_750_000_000_000,
  seconds: 4,
  stages: [
    stageRun('consumer', 300, 0),
    stageRun('feature', 200, 0.5),
    stageRun('predict', 0, 1),
    stageRun('annotate', 0, 2),
  ],
  lasairCalls: 10,
};

const floors = (jsonParse: number): Floors => ({
  ...{ jsonParse, exactParse: 1, grammarCheck: 0.05, writeAndRead: 0.05, noopConsumer: 0.1 },
});

function result(commit: string, date: string, parse: number): BenchResult {
  const costs = costsOf(run, run.begunMs + 2_000);
  const measured = { before: floors(parse), after: floors(parse) };
  return {
    ...{ commit, date, machine: 'a machine', node: 'v20', seed: 1, alerts: 1_000, bytesAnAlert: 40_000, seconds: 4 },
    latencySeconds: { median: 1, p99: 3 },
    costs,
    warmingUp: { alerts: 500, costs: costsOf({ ...run, alerts: 500 }, run.begunMs + 2_000) },
    floors: measured,
    ratios: ratiosOf(costs, measured),
  };
}

describe('costs', () => {
  const costs = costsOf(run, run.begunMs + 2_000);

  test('a stage is judged by the time in which it worked, the consumer by when it had registered all', () => {
    assert.equal(costs.consumer.alertsPerSecond, 500);
    assert.equal(costs.feature.alertsPerSecond, 2_000);
    assert.equal(costs.all.alertsPerSecond, 250);
  });

  test('all four are the sum', () => {
    assert.equal(costs.consumer.userMs, 0.3);
    assert.equal(costs.all.userMs.toFixed(6), '0.500000');
    assert.equal(costs.all.systemMs.toFixed(6), '0.400000');
    assert.equal(costs.all.ledgerTransactions, 12);
    assert.equal(costs.all.httpCalls, 10);
    assert.equal(costs.consumer.httpCalls, 0);
  });

  test('a ratio is to the mean of a floor before and after', () => {
    const ratios = ratiosOf(costs, { before: floors(0.1), after: floors(0.3) });
    assert.equal(ratios.consumer.jsonParse.toFixed(6), '2.000000');
    assert.equal(ratios.all.noopConsumer.toFixed(6), '9.000000');
  });
});

describe('results', () => {
  test('the newest one of another commit is compared with, and none of files that were changed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-results-'));
    try {
      assert.equal(newestResult('aaaaaaa1', folder), undefined);
      for (const [commit, date] of [
        ['aaaaaaa1', '2026-03-03'],
        ['bbbbbbb2', '2026-03-02'],
        ['ccccccc3', '2026-03-01'],
        ['ddddddd4-changed', '2026-03-04'],
      ] as const) {
        keepResult(result(commit, date, 0.1), folder);
      }
      assert.equal(newestResult('aaaaaaa1', folder)?.commit, 'bbbbbbb2');
      assert.equal(newestResult('eeeeeee5', folder)?.commit, 'aaaaaaa1');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the report says how the ratios changed, on a machine of another speed too', () => {
    const text = reportOf(result('bbbbbbb2', '2026-03-02', 0.2), result('aaaaaaa1', '2026-03-01', 0.1));
    assert.match(text, /since aaaaaaa1 of 2026-03-01: consumer 4\.00 → 2\.00 \(−50 %\)/);
    assert.match(text, /all four 9\.00 → 4\.50 \(−50 %\)/);
    assert.match(reportOf(result('bbbbbbb2', '2026-03-02', 0.2), undefined), /nothing of another commit/);
  });

  test('the report says what warming up cost', () => {
    const text = reportOf(result('bbbbbbb2', '2026-03-02', 0.2), undefined);
    assert.match(text, /the 500 alerts before, .*: consumer 0\.800, .* all four 1\.800 \(9\.00 x JSON\.parse\)/);
  });
});
