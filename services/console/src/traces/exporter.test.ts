import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { STAGES, type Stage } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import type { Look } from '@lvra/operations';
import { type Logger, Metrics } from '@lvra/telemetry';
import { TraceExporter } from './exporter.js';
import { type Span, traceIdOf } from './spans.js';

const NOW = Date.UTC(2026, 3, 22, 4, 15);
const LEASE_MS = 30_000;

interface Call {
  readonly path: string;
  readonly spans: Span[];
}

/** A server that takes traces, and a ledger whose stems are sent to it. */
async function exporting(t: TestContext) {
  const ledger = await newLedger(t, ['r0b']);
  const calls: Call[] = [];
  const says = { status: 200, body: '{"partialSuccess":{}}' };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
    calls.push({ path: request.url ?? '', spans: resourceSpans[0].scopeSpans[0].spans });
    response.writeHead(says.status, { 'content-type': 'application/json' }).end(says.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  let versions = 0;
  const metrics = new Metrics();
  const logged: string[] = [];
  const note = (...words: unknown[]) => logged.push(String(words.at(-1)));
  const stages = STAGES.map((stage): [Stage, string] => [stage, 'r0b']);
  const look = { ledger, vras: ['r0b'], stages } as unknown as Look;
  const exporter = new TraceExporter({
    ...{ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, metrics: metrics.traces },
    ...{
      origin: { version: '1', profile: 'development' },
      log: {
        warn: note,
        info: (text: string) => text.startsWith('traces of') || note(text),
        error: note,
      } as unknown as Logger,
    },
    // A ledger does not count its own commits, and here all are.
    version: async () => String(versions++),
    look: (read) => read(look),
  });
  const counted = async (outcome: string) => {
    const { values } = await metrics.traces.stems.get();
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };
  return { ledger, exporter, calls, says, server, logged, counted };
}

async function register(ledger: Ledger, instant: number): Promise<string> {
  const stem = await ledger.batches.reserveStem('me', new Date(instant));
  await ledger.batches.register({
    ...{
      stem,
      vras: ['r0b'],
      source: 'kafka',
      groupId: 'g',
      ranges: [],
      quarantined: [],
      bytes: 7,
      now: instant + 500,
    },
    ...{ diaObjectIds: [1n, 2n], receivedMs: new Float64Array(2).fill(instant - 2_000), durationMs: 30 },
  });
  return stem;
}

/** As all stages leave it. */
async function finish(ledger: Ledger, stem: string, at = NOW + 3_000): Promise<void> {
  for (const [table, stage] of [
    ['feature_making', 'feature'],
    ['predict', 'predict'],
    ['annotating', 'annotate'],
  ]) {
    await execute(ledger, `UPDATE ${table} SET r0b = 1 WHERE stem = '${stem}'`);
    await execute(
      ledger,
      `INSERT INTO stem_event (stem, stage, vra, at, status, rows, duration_ms) VALUES ('${stem}', '${stage}', 'r0b', ${at}, 1, 2, 12.5)`,
    );
  }
}

describe('traces', () => {
  test('are sent when a stem has ended, once', async (t) => {
    const { ledger, exporter, calls, counted } = await exporting(t);
    await finish(ledger, await register(ledger, NOW - 60_000));
    await exporter.turn();
    assert.equal(calls.length, 0, 'what was before the start is nobody’s news');
    const stem = await register(ledger, NOW);
    await exporter.turn();
    assert.equal(calls.length, 0, 'it has not ended');
    await finish(ledger, stem);
    await exporter.turn();
    await exporter.turn();
    assert.deepEqual(
      calls.map(({ path, spans }) => [path, spans.map(({ name }) => name)]),
      [['/v1/traces', ['stem', 'received', 'consumer', 'feature r0b', 'predict r0b', 'annotate r0b']]],
    );
    assert.equal(calls[0]?.spans[0]?.traceId, traceIdOf(stem));
    assert.deepEqual([await counted('sent'), await counted('dropped')], [1, 0]);
  });

  test('are sent of a stem that was given up, and later of what a retry does, without the rest again', async (t) => {
    const { ledger, exporter, calls } = await exporting(t);
    await exporter.turn();
    const stem = await register(ledger, NOW);
    const work = ledger.work('feature', 'r0b');
    await work.claim(stem, 'me', NOW, LEASE_MS);
    const failure = { status: 23, message: 'no JSON', now: NOW + 700, durationMs: 5 } as const;
    await work.fail(stem, 'me', { ...failure, dueAt: NOW + 9_000 });
    await exporter.turn();
    assert.equal(calls.length, 0, 'it is tried again');
    await work.claim(stem, 'me', NOW + 9_000, LEASE_MS);
    await work.fail(stem, 'me', { ...failure, now: NOW + 9_100, dueAt: undefined });
    await exporter.turn();
    assert.deepEqual(
      calls[0]?.spans.map(({ name, status }) => [name, status.code]),
      [
        ['stem', 2],
        ['received', 0],
        ['consumer', 0],
        ['feature r0b', 2],
        ['feature r0b', 2],
      ],
    );
    await finish(ledger, stem, NOW + 60_000);
    await exporter.turn();
    assert.deepEqual(
      calls[1]?.spans.map(({ name }) => name),
      ['feature r0b', 'predict r0b', 'annotate r0b'],
    );
  });

  test('go 100 stems a call, the others with the next', async (t) => {
    const { ledger, exporter, calls } = await exporting(t);
    await exporter.turn();
    for (let number = 0; number < 103; number++) await finish(ledger, await register(ledger, NOW + number * 1_000));
    const roots = () => calls.map(({ spans }) => spans.filter(({ name }) => name === 'stem').length);
    await exporter.turn();
    assert.deepEqual(roots(), [100]);
    await exporter.turn();
    assert.deepEqual(roots(), [100, 3]);
  });

  test('are dropped and counted while the collector does not take them, which is said once', async (t) => {
    const { ledger, exporter, calls, says, server, logged, counted } = await exporting(t);
    await exporter.turn();
    says.status = 503;
    for (const number of [0, 1]) {
      await finish(ledger, await register(ledger, NOW + number * 1_000));
      await exporter.turn();
    }
    assert.deepEqual([calls.length, await counted('sent'), await counted('dropped')], [2, 0, 2]);
    assert.match(logged.join('\n'), /^traces cannot be sent to http:.*\/v1\/traces: the answer is 503.*$/);
    says.status = 200;
    await finish(ledger, await register(ledger, NOW + 2_000));
    await exporter.turn();
    assert.match(logged[1] ?? '', /traces go to .* again/);
    assert.equal(await counted('sent'), 1);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await finish(ledger, await register(ledger, NOW + 3_000));
    await exporter.turn();
    assert.equal(await counted('dropped'), 3);
    assert.match(logged[2] ?? '', /no answer: .*ECONNREFUSED/);
  });

  test('that a collector refuses in part are named in the log', async (t) => {
    const { ledger, exporter, says, logged } = await exporting(t);
    await exporter.turn();
    says.body = '{"partialSuccess":{"rejectedSpans":"4","errorMessage":"too long"}}';
    await finish(ledger, await register(ledger, NOW));
    await exporter.turn();
    assert.match(logged.join(), /it refused 4 spans: too long/);
  });
});
