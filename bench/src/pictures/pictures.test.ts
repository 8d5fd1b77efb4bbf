import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BenchResult } from '../results.js';
import { type Curves, drawBatches, drawReplicas } from './curves.js';
import { drawLedger } from './ledger.js';
import { drawStages } from './stages.js';

/** All text of a picture, in the order in which it stands there. */
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

const cost = (userMs: number, systemMs: number) => ({
  ...{ userMs, systemMs, alertsPerSecond: 1, peakMb: 1, writtenBytes: 1, ledgerTransactions: 1, httpCalls: 1 },
});
const floors = { jsonParse: 0.1, exactParse: 0.3, grammarCheck: 0.05, writeAndRead: 0.02, noopConsumer: 0.04 };
const result = {
  ...{ commit: 'abcdef01', date: '2026-03-01', machine: 'a machine', node: 'v20', alerts: 5_000, bytesAnAlert: 40_600 },
  costs: {
    ...{ consumer: cost(0.2, 0.05), feature: cost(0.1, 0.01), predict: cost(0.04, 0.01), annotate: cost(0.08, 0.02) },
    all: cost(0.42, 0.09),
  },
  floors: { before: floors, after: { ...floors, jsonParse: 0.2 } },
} as Partial<BenchResult> as BenchResult;

describe('the cost of an alert', () => {
  test('every stage and floor has its bar, its time, and how often JSON.parse goes into it', async () => {
    const texts = textsOf(await drawStages(result));
    for (const name of ['consumer', 'all four', 'bare JSON.parse', 'no-op kafkajs consumer']) {
      assert.ok(texts.includes(name), name);
    }
    assert.ok(texts.includes('0.250 ms, 1.7 x JSON.parse'), texts.join('; '));
    assert.ok(texts.includes('0.150 ms, 1.0 x JSON.parse'), texts.join('; '));
    assert.ok(texts.includes('CPU ms an alert'));
  });

  test('system time stands where user time ends', async () => {
    const svg = await drawStages(result);
    const bars = [
      ...svg.matchAll(/<path[^>]*d="M([\d.]+),[\d.]+h([\d.]+)v[\d.]+h-[\d.]+Z"[^>]*fill="#(0072B2|56B4E9)"/g),
    ];
    const [user, system] = bars.map(([, from, width, fill]) => ({ from: Number(from), width: Number(width), fill }));
    assert.equal(user?.fill, '0072B2');
    assert.equal(user?.from, 0);
    assert.equal(system?.fill, '56B4E9');
    assert.equal(system?.from.toFixed(1), user?.width.toFixed(1));
  });
});

test('each operation of the ledger has a diagram with its sizes and the limit', async () => {
  const point = (operation: string, rows: number) => ({
    operation,
    rows,
    workP50: 0.1,
    workP99: 0.4,
    p50: 1,
    p99: 2,
    cpuP50: 0.1,
  });
  const curve = ['claim', 'record scores'].flatMap((name) => [1e3, 1e7].map((rows) => point(name, rows)));
  const svg = await drawLedger({ curve, commit: 'abcdef01', machine: 'a machine', node: 'v20' });
  const texts = textsOf(svg);
  for (const text of ['claim', 'record scores', '1k', '10M', 'provenance rows', 'ms', 'median, own work']) {
    assert.ok(texts.includes(text), `${text} of ${texts.join('; ')}`);
  }
  assert.equal(svg.match(/stroke-dasharray/g)?.length, 2);
});

describe('the curves', () => {
  const stages = { consumer: 0.4, feature: 0.3, predict: 0.2, annotate: 0.1 };
  const beside = { Kafka: 0.1, NATS: 0.01, sandbox: 0 };
  const curves: Curves = {
    ...{ commit: 'abcdef01', machine: 'a machine', node: 'v20', bySources: [] },
    byBatch: [10, 30, 100].map((at) => ({ at, kbAnAlert: 40, stages, parseMs: 0.15 })),
    replicas: [1, 2].map((replicas) => ({
      ...{ stage: 'all', replicas, beside, alertsPerSecond: 1_000 * replicas, cpuMs: 1 },
    })),
  };

  test('every stage has its line, and so has the floor', async () => {
    const texts = textsOf(await drawBatches(curves));
    for (const text of [...Object.keys(stages), 'bare JSON.parse', 'alerts a batch', '10', '100']) {
      assert.ok(texts.includes(text), `${text} of ${texts.join('; ')}`);
    }
  });

  test('replicas are drawn in multiples of one: twice the rate at the same CPU', async () => {
    const svg = await drawReplicas(curves);
    const lines = [...svg.matchAll(/<path[^>]*d="M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)"[^>]*stroke="#/g)];
    const rises = lines.map(([, from, to]) => Number(from) - Number(to));
    assert.deepEqual(rises, [110, 0]);
  });
});
