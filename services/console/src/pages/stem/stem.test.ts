import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { testFolder } from '../../testing/data-folder.js';
import { ANSWER } from './answer.js';

const NOW = Date.UTC(2026, 2, 1, 4, 15);
const LEASE_MS = 30_000;

test('a stem is shown with its offsets, its files, its way through the stages, its scores and its quarantine', async (t) => {
  const { console, ledger, register, root } = await testFolder(t);
  const aside = {
    stage: 'consumer',
    position: 0,
    reason: 'not_json',
    detail: '<b>',
    path: '',
    bytes: 0,
    at: NOW,
  } as const;
  const stem = await register(NOW, [aside]);
  const feature = ledger.work('feature', 'r0b');
  await feature.claim(stem, 'me', NOW, LEASE_MS);
  await feature.fail(stem, 'me', { status: 21, message: 'not yet', dueAt: NOW, now: NOW + 700, durationMs: 100 });
  await ledger.results.completeWithExistingFeatures(feature, stem, {
    status: 1,
    rows: 3,
    now: NOW + 1_000,
    durationMs: 250,
  });
  const rows = [0.05, 0.99, 0.5].map((score, at) => ({
    ...{ diaObjectId: 313637921267122190n + BigInt(at), diaSourceId: 170046091000545381n + BigInt(at), score },
  }));
  const model = { name: 'r0b', version: 'a1' };
  const scored = { status: 1, now: NOW + 1_200, durationMs: 40 } as const;
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, model, rows, scored);
  const files = [
    ['JSON/2026/20260301', `${stem}.json`],
    ['cutouts/2026/20260301', `${stem}.avro`],
    ['logs/2026/20260301', 'kafka.log'],
  ] as const;
  for (const [folder, file] of files) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, file), 'x'.repeat(1_500));
  }

  const data = ANSWER.parse(await console.json(`/api/v1/stems/${stem}`));
  assert.deepEqual(data.offsets, [{ groupId: 'g', topic: 'alerts', partition: 0, first: '0', last: '2' }]);
  assert.deepEqual(data.files, [
    { what: 'batch', path: `JSON/2026/20260301/${stem}.json`, bytes: 1_500 },
    { what: 'cutouts', path: `cutouts/2026/20260301/${stem}.avro`, bytes: 1_500 },
  ]);
  assert.deepEqual(data.logs, ['logs/2026/20260301/kafka.log']);
  for (const { at } of data.statuses) assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(
    data.statuses.map(({ stage, status }) => [stage, status]),
    [
      ['feature', 1],
      ['predict', 1],
      ['annotate', 0],
    ],
  );
  assert.deepEqual(
    data.stages.map(({ stage, progress, ms, attempts }) => [stage, progress, ms, attempts]),
    [
      ['feature', 'done', 250, 2],
      ['predict', 'done', 40, 1],
      ['annotate', 'waiting', null, 0],
    ],
  );
  assert.deepEqual(
    data.spans.map(({ stage, from, to, status }) => [stage, from, to, status]),
    [
      ['received', 0, 2_000, null],
      ['consumer', 2_470, 2_500, -1],
      ['feature', 2_600, 2_700, 21],
      ['feature', 2_750, 3_000, 1],
      ['predict', 3_160, 3_200, 1],
    ],
  );
  assert.deepEqual(
    data.best.map(({ diaObjectId, diaSourceId, score, outcome }) => [diaObjectId, diaSourceId, score, outcome]),
    [
      ['313637921267122191', '170046091000545382', 0.99, null],
      ['313637921267122192', '170046091000545383', 0.5, null],
      ['313637921267122190', '170046091000545381', 0.05, null],
    ],
  );
  const [spread] = data.spreads;
  assert.deepEqual(
    [spread?.scores, spread?.counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))],
    [
      3,
      [
        [1, 1],
        [10, 1],
        [19, 1],
      ],
    ],
  );
  assert.deepEqual(
    data.inQuarantine.map(({ id, reason }) => [id, reason]),
    [['1', 'not_json']],
  );

  const page = await console.text(`/stems/${stem}`);
  assert.ok(!page.includes(root), 'the place of the data root on the server');
  assert.match(page, /100 ms ✗ 21/);
  assert.match(page, /<a class="id" href="\/objects\/313637921267122191">/);
  assert.match(page, /not_json, &lt;b&gt;/);
});

test('a stem of the Python pipeline has its statuses and scores', async (t) => {
  const { console, ledger } = await testFolder(t);
  const stem = '20260301_041500';
  await addStem(ledger, stem, 1, 1, 42);
  const add = "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, ?, 'r0b')";
  await execute(ledger, add, 1n, 2n, stem, 1.5);
  await execute(ledger, add, 1n, null, stem, null);
  const data = ANSWER.parse(await console.json(`/api/v1/stems/${stem}`));
  assert.deepEqual([data.batch, data.begins, data.spans], [null, null, []]);
  assert.deepEqual(
    data.best.map(({ score, modelVersion }) => [score, modelVersion]),
    [[1.5, null]],
  );
  assert.equal(data.spreads[0]?.counts.at(-1), 1);
  assert.match(await console.text(`/stems/${stem}`), /42 every row failed at Lasair/);
});

test('what is no stem, or none that the ledger knows, is not found', async (t) => {
  const { console } = await testFolder(t);
  const problem = await console.ask('/stems/20260301_041500');
  assert.equal(problem.status, 404);
  assert.match(await problem.text(), /knows no stem 20260301_041500/);
  assert.equal((await console.ask('/stems/..%2f..%2fetc')).status, 400);
});
