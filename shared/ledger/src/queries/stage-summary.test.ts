import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { STAGES } from '@lvra/core';
import { Ledger } from '../ledger.js';
import { STATUS_TABLE } from '../sqlite/status-columns.js';

const NOW = Date.UTC(2026, 2, 1);
const LEASE_MS = 30_000;

describe('what the ledger tells of a stage', () => {
  let folder: string;
  let ledger: Ledger;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-overview-'));
    ledger = Ledger.open(join(folder, 'db', 'log.db'), ['r0b', 'other'], { create: true });
  });

  afterEach(() => {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Registers a stem for r0b with these statuses; it is not meant for the other VRA. */
  const register = (stem: string, ...codes: [feature: number, predict: number, annotate: number]) => {
    STAGES.forEach((stage, i) => {
      ledger.database.prepare(`INSERT INTO ${STATUS_TABLE[stage]} (stem, r0b) VALUES (?, ?)`).run(stem, codes[i]);
    });
  };

  const fail = (stem: string, dueAt: number | undefined) => {
    const work = ledger.work('feature', 'r0b');
    work.claim(stem, 'me', NOW, LEASE_MS);
    work.fail(stem, 'me', { status: 99, message: 'a fault', dueAt, now: NOW, durationMs: 1 });
  };

  test('a stem counts by its own status, and for its own VRA only', () => {
    register('20260301_000001', 1, 1, 1);
    register('20260301_000002', -1, 31, 0);
    register('20260301_000003', 0, 0, 0);
    assert.deepEqual(ledger.overview.of('predict', 'r0b'), {
      stage: 'predict',
      vra: 'r0b',
      done: 1,
      partial: 0,
      pending: 1,
      failed: { 31: 1 },
      dead: 0,
      oldestPending: '20260301_000002',
    });
    const other = ledger.overview.of('predict', 'other');
    assert.deepEqual([other.done, other.pending, other.failed, other.oldestPending], [0, 0, {}, undefined]);
  });

  test('stems of which nothing was scored because their alerts are in quarantine, for each VRA', () => {
    const { database, overview, quarantine } = ledger;
    const aside = (stem: string, stage: 'consumer' | 'feature', position = 0) =>
      quarantine.add({ stem, stage, position, reason: 'not_json', detail: 'x', path: 'p', bytes: 1, at: NOW });
    const score = database.prepare(
      "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (1, 2, ?, 0.5, 'r0b')",
    );
    // All aside; one of several aside; not scored yet; no alert with data; all aside before there was a batch.
    register('20260301_000001', -1, -1, -1);
    register('20260301_000002', -1, 1, 1);
    register('20260301_000003', 0, 0, 0);
    register('20260301_000004', -1, -1, -1);
    for (const position of [0, 1]) aside('20260301_000001', 'feature', position);
    for (const stem of ['20260301_000002', '20260301_000003']) aside(stem, 'feature');
    aside('20260301_000009', 'consumer');
    score.run('20260301_000002');
    assert.deepEqual(overview.unscored('r0b'), {
      vra: 'r0b',
      stems: 2,
      oldest: '20260301_000001',
      newest: '20260301_000009',
    });
    assert.equal(overview.unscored('r0b', '20260301_000001')?.stems, 1);
    assert.equal(overview.unscored('r0b', '20260301_000002'), undefined);
    // What was read again is not counted any more.
    for (const { id } of quarantine.list()) quarantine.markReplayed(id, '20260302_000000');
    assert.equal(overview.unscored('r0b'), undefined);
  });

  test('a stem waits for a stage once the stage before is done, and never when it is dead', () => {
    register('20260301_000001', 1, 0, 0);
    register('20260301_000002', -1, 31, 0);
    register('20260301_000003', 0, 0, 0);
    register('20260301_000004', 0, 0, 0);
    fail('20260301_000003', undefined);
    fail('20260301_000004', NOW + 10_000);
    const waiting = STAGES.map((stage) => ledger.flow.waiting(stage, 'r0b').stems);
    assert.deepEqual(waiting, [1, 2, 0]);
    assert.deepEqual([ledger.flow.waiting('feature', 'r0b').dead, ledger.flow.waiting('predict', 'r0b').dead], [1, 0]);
  });

  test('what is unfinished comes with its reason, oldest first', () => {
    register('20260301_000002', 0, 0, 0);
    register('20260301_000001', 0, 0, 0);
    register('20260301_000003', 1, 0, 0);
    fail('20260301_000001', undefined);
    fail('20260301_000002', NOW + 10_000);
    const of = { stage: 'feature', vra: 'r0b', status: 99, attempts: 1, error: 'a fault' } as const;
    assert.deepEqual(ledger.overview.unfinished('feature', 'r0b'), [
      { ...of, stem: '20260301_000001', nextAttempt: undefined, isDead: true },
      { ...of, stem: '20260301_000002', nextAttempt: NOW + 10_000, isDead: false },
    ]);
  });
});

describe('the sums over everything', () => {
  test('latencies run from the arrival to the acceptance, and the best score of an object counts once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-totals-'));
    const ledger = Ledger.open(join(folder, 'db', 'log.db'), ['r0b'], { create: true });
    try {
      const score = ledger.database.prepare(
        "INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, 's', ?, 'r0b')",
      );
      const arrival = ledger.database.prepare('INSERT INTO source VALUES (?, 61000.5, ?)');
      const outcome = ledger.database.prepare(
        'INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, ?, ?)',
      );
      const objects = [170019716327800983n, 170019716327800984n];
      // Two sources of the first object, one of the second; when Kafka had the last is not known.
      const rows = [
        [1, objects[0], 0.4, 'superseded', 1_000, 9_000],
        [2, objects[0], 0.9, 'accepted', 2_000, 9_500],
        [3, objects[1], 0.7, 'accepted', 3_000, 4_000],
        [4, objects[1], 0.1, 'accepted', null, 5_000],
      ] as const;
      for (const [id, object, value, became, received, at] of rows) {
        score.run(id, object, id, value);
        arrival.run(id, received);
        outcome.run(id, became, at);
      }
      assert.equal(ledger.totals.scores(), 4);
      assert.deepEqual(ledger.totals.outcomes(), { accepted: 3, superseded: 1 });
      assert.deepEqual(ledger.totals.latenciesMs(), [1_000, 7_500]);
      assert.deepEqual(ledger.totals.latenciesMs(3_000), [1_000]);
      assert.deepEqual(ledger.totals.highestScores(5), [
        { diaObjectId: objects[0], model: 'r0b', score: 0.9 },
        { diaObjectId: objects[1], model: 'r0b', score: 0.7 },
      ]);
    } finally {
      ledger.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
