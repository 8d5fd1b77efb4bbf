import assert from 'node:assert/strict';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import { STAGES } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import { STATUS_TABLE } from '../status-tables.js';
import { newLedger } from '../testing/ledgers.js';
import { changing, execute } from '../testing/look-inside.js';

const NOW = Date.UTC(2026, 2, 1);
const LEASE_MS = 30_000;

describe('what the ledger tells of a stage', () => {
  let ledger: Ledger;

  beforeEach(async (t) => {
    ledger = await newLedger(t as TestContext, ['r0b', 'other']);
  });

  /** Registers a stem for r0b with these statuses; it is not meant for the other VRA. */
  const register = async (stem: string, ...codes: [feature: number, predict: number, annotate: number]) => {
    for (const [i, stage] of STAGES.entries()) {
      await execute(ledger, `INSERT INTO ${STATUS_TABLE[stage]} (stem, r0b) VALUES (?, ?)`, stem, codes[i]!);
    }
  };

  const fail = async (stem: string, dueAt: number | undefined) => {
    const work = ledger.work('feature', 'r0b');
    await work.claim(stem, 'me', NOW, LEASE_MS);
    await work.fail(stem, 'me', { status: 99, message: 'a fault', dueAt, now: NOW, durationMs: 1 });
  };

  test('a stem counts by its own status, and for its own VRA only', async () => {
    await register('20260301_000001', 1, 1, 1);
    await register('20260301_000002', -1, 31, 0);
    await register('20260301_000003', 0, 0, 0);
    assert.deepEqual(await ledger.overview.of('predict', 'r0b'), {
      stage: 'predict',
      vra: 'r0b',
      done: 1,
      partial: 0,
      pending: 1,
      failed: { 31: 1 },
      dead: 0,
      oldestPending: '20260301_000002',
    });
    const other = await ledger.overview.of('predict', 'other');
    assert.deepEqual([other.done, other.pending, other.failed, other.oldestPending], [0, 0, {}, undefined]);
  });

  test('stems of which nothing was scored because their alerts are in quarantine, for each VRA', async () => {
    const { overview, quarantine } = ledger;
    const aside = (stem: string, stage: 'consumer' | 'feature', position = 0) =>
      changing(ledger, (tx) =>
        quarantine.add(tx, [{ stem, stage, position, reason: 'not_json', detail: 'x', path: 'p', bytes: 1, at: NOW }]),
      );
    const score =
      "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (1, 2, ?, 0.5, 'r0b')";
    // All aside; one of several aside; not scored yet; no alert with data; all aside before there was a batch.
    await register('20260301_000001', -1, -1, -1);
    await register('20260301_000002', -1, 1, 1);
    await register('20260301_000003', 0, 0, 0);
    await register('20260301_000004', -1, -1, -1);
    for (const position of [0, 1]) await aside('20260301_000001', 'feature', position);
    for (const stem of ['20260301_000002', '20260301_000003']) await aside(stem, 'feature');
    await aside('20260301_000009', 'consumer');
    await execute(ledger, score, '20260301_000002');
    assert.deepEqual(await overview.unscored('r0b'), {
      vra: 'r0b',
      stems: 2,
      oldest: '20260301_000001',
      newest: '20260301_000009',
    });
    assert.equal((await overview.unscored('r0b', '20260301_000001'))?.stems, 1);
    assert.equal(await overview.unscored('r0b', '20260301_000002'), undefined);
    // What was read again is not counted any more.
    for (const { id } of await quarantine.list()) await quarantine.markReplayed(id, '20260302_000000');
    assert.equal(await overview.unscored('r0b'), undefined);
  });

  test('a stem waits for a stage once the stage before is done, and never when it is dead', async () => {
    await register('20260301_000001', 1, 0, 0);
    await register('20260301_000002', -1, 31, 0);
    await register('20260301_000003', 0, 0, 0);
    await register('20260301_000004', 0, 0, 0);
    await fail('20260301_000003', undefined);
    await fail('20260301_000004', NOW + 10_000);
    const waiting = await Promise.all(STAGES.map((stage) => ledger.flow.waiting(stage, 'r0b')));
    assert.deepEqual(
      waiting.map(({ stems, dead }) => [stems, dead]),
      [
        [1, 1],
        [2, 0],
        [0, 0],
      ],
    );
  });

  test('the newest stems that are done are found behind any number of names that are none', async () => {
    for (const second of [1, 2, 3, 4]) await register(`20260301_00000${second}`, 1, second === 3 ? 0 : 1, 0);
    for (const name of ['notes', '99999999_999999', '20260302', '20260301_00000x']) await register(name, 1, 1, 0);
    assert.deepEqual(await ledger.overview.newestDone('predict', 'r0b', 2), ['20260301_000004', '20260301_000002']);
    assert.deepEqual(await ledger.overview.newestDone('feature', 'r0b', 9), [
      ...['20260301_000004', '20260301_000003', '20260301_000002', '20260301_000001'],
    ]);
    assert.deepEqual(await ledger.overview.newestDone('annotate', 'r0b', 2), []);
  });

  test('what is unfinished comes with its reason, oldest first', async () => {
    await register('20260301_000002', 0, 0, 0);
    await register('20260301_000001', 0, 0, 0);
    await register('20260301_000003', 1, 0, 0);
    await fail('20260301_000001', undefined);
    await fail('20260301_000002', NOW + 10_000);
    const of = { stage: 'feature', vra: 'r0b', status: 99, attempts: 1, error: 'a fault' } as const;
    assert.deepEqual(await ledger.overview.unfinished('feature', 'r0b'), [
      { ...of, stem: '20260301_000001', nextAttempt: undefined, isDead: true },
      { ...of, stem: '20260301_000002', nextAttempt: NOW + 10_000, isDead: false },
    ]);
  });
});

describe('the sums over everything', () => {
  test('latencies run from the arrival to the acceptance, and the best score of an object counts once', async (t) => {
    const ledger = await newLedger(t);
    const score =
      "INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, 's', ?, 'r0b')";
    const arrival = 'INSERT INTO source (diaSourceId, midpointMjdTai, received_ms) VALUES (?, 61000.5, ?)';
    const outcome = 'INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, ?, ?)';
    const objects = [170019716327800983n, 170019716327800984n] as const;
    // Two sources of the first object, one of the second; when Kafka had the last is not known.
    const rows = [
      [1, objects[0], 0.4, 'superseded', 1_000, 9_000],
      [2, objects[0], 0.9, 'accepted', 2_000, 9_500],
      [3, objects[1], 0.7, 'accepted', 3_000, 4_000],
      [4, objects[1], 0.1, 'accepted', null, 5_000],
    ] as const;
    for (const [id, object, value, became, received, at] of rows) {
      await execute(ledger, score, id, object, id, value);
      await execute(ledger, arrival, id, received);
      await execute(ledger, outcome, id, became, at);
    }
    assert.equal(await ledger.totals.scores(), 4);
    assert.deepEqual(await ledger.totals.outcomes(), { accepted: 3, superseded: 1 });
    assert.deepEqual(await ledger.totals.latenciesMs(), [1_000, 7_500]);
    assert.deepEqual(await ledger.totals.latenciesMs(3_000), [1_000]);
    assert.deepEqual(await ledger.totals.highestScores(5), [
      { diaObjectId: objects[0], model: 'r0b', score: 0.9 },
      { diaObjectId: objects[1], model: 'r0b', score: 0.7 },
    ]);
  });
});
