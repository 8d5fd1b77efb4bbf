import assert from 'node:assert/strict';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import { STAGES } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import type { QuarantineEntry } from '../quarantine.js';
import { STATUS_TABLE } from '../status-tables.js';
import { newLedger } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';
import type { StemFilter } from './recent-stems.js';

const NOW = Date.UTC(2026, 2, 1);
const LEASE_MS = 30_000;
const VRAS = ['r0b', 'other'];
const stemAt = (second: number) => `20260301_0000${String(second).padStart(2, '0')}`;

describe('the newest stems', () => {
  let ledger: Ledger;

  beforeEach(async (t) => {
    ledger = await newLedger(t as TestContext, VRAS);
  });

  /** As the Python pipeline leaves a stem: nothing but its statuses. */
  const addStatuses = async (stem: string, r0b: readonly number[], other: readonly (number | null)[] = []) => {
    for (const [i, stage] of STAGES.entries()) {
      const sql = `INSERT INTO ${STATUS_TABLE[stage]} (stem, r0b, other) VALUES (?, ?, ?)`;
      await execute(ledger, sql, stem, r0b[i]!, other[i] ?? null);
    }
  };

  const register = async (instant: number, alerts: number, quarantined: readonly QuarantineEntry[] = []) => {
    const stem = await ledger.batches.reserveStem('me', new Date(instant));
    await ledger.batches.register({
      ...{ stem, vras: VRAS, source: 'kafka', groupId: 'g', ranges: [], quarantined, bytes: 7, now: instant + 500 },
      diaObjectIds: Array.from({ length: alerts }, (_, at) => BigInt(at + 1)),
      receivedMs: new Float64Array(alerts).fill(instant - 2_000),
      durationMs: 30,
    });
    return stem;
  };

  const names = async (only?: StemFilter, before?: string, most = 50) =>
    (await ledger.recent.newest(VRAS, { only, before }, most)).map(({ stem }) => stem);

  test('come page by page, each once, those of the Python pipeline and those of no usable alert among them', async () => {
    await addStatuses(stemAt(1), [1, 1, 1]);
    await addStatuses(stemAt(5), [1, 0, 0]);
    await addStatuses('notes', [0, 0, 0]);
    const usable = await register(NOW + 2_000, 3);
    const aside = { stem: stemAt(3), stage: 'consumer', position: 0, reason: 'not_json', detail: 'x' } as const;
    const unusable = await register(NOW + 3_000, 0, [{ ...aside, path: 'p', bytes: 1, at: NOW }]);
    await ledger.batches.reserveStem('me', new Date(NOW + 4_000));
    assert.deepEqual(await names(), [stemAt(5), unusable, usable, stemAt(1)]);
    const first = await names(undefined, undefined, 2);
    assert.deepEqual(
      [first, await names(undefined, first.at(-1), 2)],
      [
        [stemAt(5), unusable],
        [usable, stemAt(1)],
      ],
    );
    assert.deepEqual(await names(undefined, stemAt(1)), []);
  });

  test('say when they came, what is aside, and what each stage of each VRA that they are for has made of them', async () => {
    const stem = await register(NOW, 3);
    await ledger.work('feature', 'r0b').claim(stem, 'me', NOW, LEASE_MS);
    const work = ledger.work('feature', 'other');
    await work.claim(stem, 'me', NOW, LEASE_MS);
    const failure = {
      status: 31,
      message: 'columns are missing',
      dueAt: NOW + 9_000,
      now: NOW + 700,
      durationMs: 12,
    } as const;
    await work.fail(stem, 'me', failure);
    const [found, ...others] = await ledger.recent.newest(VRAS, {}, 50);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [found?.registeredAt, found?.oldestReceivedAt, found?.alerts, found?.quarantined],
      [NOW + 500, NOW - 2_000, 3, 0],
    );
    assert.deepEqual(
      found?.statuses.map(({ vra, stage, status }) => [vra, stage, status]),
      VRAS.flatMap((vra) => STAGES.map((stage) => [vra, stage, vra === 'other' && stage === 'feature' ? 31 : 0])),
    );
    const byVra = new Map(found?.work.map((each) => [each.vra, each]));
    const open = { stage: 'feature', attempts: 1, isDead: false } as const;
    assert.deepEqual(byVra.get('r0b'), {
      ...{ ...open, vra: 'r0b', leaseUntil: NOW + LEASE_MS, nextAttempt: undefined, error: undefined },
    });
    assert.deepEqual(byVra.get('other'), {
      ...{ ...open, vra: 'other', leaseUntil: undefined, nextAttempt: NOW + 9_000, error: 'columns are missing' },
    });
    assert.deepEqual(
      found?.events.map(({ stage, status, durationMs }) => [stage, status, durationMs]),
      [
        ['consumer', 1, 30],
        ['feature', 31, 12],
      ],
    );
  });

  test('a stem that was never meant for a VRA has no status of it', async () => {
    await addStatuses(stemAt(1), [1, 0, 0]);
    const [found] = await ledger.recent.newest(VRAS, {}, 50);
    assert.deepEqual([found?.registeredAt, found?.alerts, found?.events], [undefined, undefined, []]);
    assert.deepEqual([...new Set(found?.statuses.map(({ vra }) => vra))], ['r0b']);
  });

  test('are found by what a stage has not done of them', async () => {
    await addStatuses(stemAt(1), [1, 31, 0]);
    await addStatuses(stemAt(2), [1, 1, 1], [1, 1, 40]);
    await addStatuses(stemAt(3), [1, -1, 1]);
    await addStatuses(stemAt(4), [1, 1, 0]);
    const work = ledger.work('predict', 'r0b');
    await work.claim(stemAt(1), 'me', NOW, LEASE_MS);
    await work.fail(stemAt(1), 'me', { status: 31, message: 'm', dueAt: undefined, now: NOW, durationMs: 1 });
    assert.deepEqual(await names('failed'), [stemAt(2), stemAt(1)]);
    assert.deepEqual(await names('failed', stemAt(2)), [stemAt(1)]);
    assert.deepEqual(await names('pending'), [stemAt(4), stemAt(1)]);
    assert.deepEqual(await names('dead'), [stemAt(1)]);
    assert.deepEqual(
      (await ledger.recent.newest(['r0b'], { only: 'failed' }, 50)).map(({ stem }) => stem),
      [stemAt(1)],
    );
    assert.deepEqual(await ledger.overview.unfinishedByCode('predict', 'r0b'), [
      { code: 31, stems: 1, oldest: stemAt(1) },
    ]);
  });
});
