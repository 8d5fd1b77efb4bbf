import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../ledger.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';

const OBJECT = 313637921267122191n;
const NEIGHBOUR = OBJECT + 1n;
const STEMS = ['20260301_000001', '20260302_000001', '20260303_000001'] as const;
const NOW = 1_770_000_000_000;

interface Row {
  readonly id: number;
  readonly source: bigint;
  readonly stem: string;
  readonly object?: bigint;
  readonly version?: string;
  readonly model?: string;
}

async function addScores(ledger: Ledger, ...rows: Row[]): Promise<void> {
  const add = 'INSERT INTO provenance VALUES (?, ?, ?, ?, 0.25, ?, ?, current_timestamp)';
  for (const { id, source, stem, object = OBJECT, version = 'a1', model = 'r0b' } of rows) {
    await execute(ledger, add, id, object, source, stem, model, version);
  }
}

async function addTimes(ledger: Ledger, times: Readonly<Record<string, number>>): Promise<void> {
  const add = 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)';
  for (const [source, time] of Object.entries(times)) await execute(ledger, add, BigInt(source), time);
}

/** Sends one score to Lasair, which takes it or never answers. */
async function send(ledger: Ledger, id: bigint, end: 'taken' | 'unanswered' | 'refused'): Promise<void> {
  const work = ledger.work('annotate', 'r0b');
  const call = { sender: 'test', now: NOW, until: NOW + 90_000 };
  const rows = [{ id, diaObjectId: OBJECT, seen: 99n }];
  const { reservations } = ledger.annotations;
  await reservations.reserve(work, rows, call, { callsPerHour: 10 });
  await reservations.finish(work, rows, call, end, NOW + 50);
}

describe('the scores of an object', () => {
  test('are all of its own, newest source first, and of one source the latest first', async (t) => {
    const ledger = await newLedger(t);
    await addScores(
      ledger,
      { id: 1, source: 30n, stem: STEMS[0] },
      { id: 2, source: 10n, stem: STEMS[1] },
      { id: 3, source: 20n, stem: STEMS[1], object: NEIGHBOUR },
      { id: 4, source: 10n, stem: STEMS[2], version: 'a2' },
    );
    const ids = async () => (await ledger.objects.scores(OBJECT)).map(({ provenanceId }) => Number(provenanceId));
    assert.deepEqual(await ids(), [1, 4, 2], 'by diaSourceId, as a time is not known');
    await addTimes(ledger, { 30: 61073.1, 10: 61073.2 });
    assert.deepEqual(await ids(), [4, 2, 1], 'by time');
  });

  test('of the Python pipeline were sent if their stem is done, and the last of them is current', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEMS[0], 1, 1, 1);
    await addStem(ledger, STEMS[1], 1, 1, -1);
    await addStem(ledger, STEMS[2], 1, 1, 41);
    await addScores(ledger, ...STEMS.map((stem, index) => ({ id: index + 1, source: BigInt(index + 1), stem })), {
      id: 4,
      source: 1n,
      stem: STEMS[0],
      model: 'never_here',
    });
    const shown = (await ledger.objects.scores(OBJECT)).map(({ provenanceId, fate, isCurrent }) => [
      Number(provenanceId),
      fate,
      isCurrent,
    ]);
    assert.deepEqual(shown, [
      [3, 'unsent', false],
      [2, 'sent', true],
      [4, 'unsent', false],
      [1, 'sent', false],
    ]);
    const [, sent] = await ledger.objects.scores(OBJECT);
    assert.ok(Math.abs((sent?.fateAt ?? 0) - Date.now()) < 60_000, 'when the stem was done, UTC');
  });

  test('of this pipeline have an outcome with its time, and say which Lasair shows', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of STEMS) await addStem(ledger, stem, 1, 1, 0);
    await addScores(ledger, ...STEMS.map((stem, index) => ({ id: index + 1, source: BigInt(index + 1), stem })));
    const superseded = new Map([[1n, { outcome: 'superseded', detail: 'why' } as const]]);
    await ledger.annotations.settle(ledger.work('annotate', 'r0b'), STEMS[0], superseded, {
      now: NOW,
      durationMs: 1,
    });
    await send(ledger, 2n, 'taken');
    await send(ledger, 3n, 'unanswered');
    const shown = (await ledger.objects.scores(OBJECT)).map(({ fate, fateAt, fateDetail, isCurrent }) => [
      fate,
      fateAt,
      fateDetail,
      isCurrent,
    ]);
    assert.deepEqual(shown, [
      ['unanswered', undefined, undefined, false],
      ['accepted', NOW + 50, undefined, true],
      ['superseded', NOW, 'why', false],
    ]);
  });

  test('that Lasair refused for a reason that passes are unsent', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEMS[0], 1, 1, 0);
    await addScores(ledger, { id: 1, source: 1n, stem: STEMS[0] });
    await send(ledger, 1n, 'refused');
    assert.deepEqual(
      (await ledger.objects.scores(OBJECT)).map(({ fate, isCurrent }) => [fate, isCurrent]),
      [['unsent', false]],
    );
  });
});

describe('the threshold flags of an object', () => {
  test('are those of its rows in the stems asked for, newest first', async (t) => {
    const ledger = await newLedger(t);
    const add = `INSERT INTO threshold_flags_provenance (ID, diaObjectId, diaSourceId, stem, n_gt22, n_gt21, first22, first21)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    await execute(ledger, add, 1, OBJECT, 10n, STEMS[0], 1, 0, 1, 0);
    await execute(ledger, add, 2, OBJECT, 30n, STEMS[1], 3, 1, 0, 1);
    await execute(ledger, add, 3, NEIGHBOUR, 20n, STEMS[1], 9, 9, 1, 1);
    await execute(ledger, add, 4, OBJECT, 40n, STEMS[2], 4, 2, 0, 0);
    const found = await ledger.objects.flags(OBJECT, [STEMS[0], STEMS[1]]);
    assert.deepEqual(
      found.map(({ stem, diaSourceId, thresholds }) => [stem, diaSourceId, ...thresholds.slice(0, 2)]),
      [
        [STEMS[1], 30n, { magnitude: 22, brighter: 3, isFirst: false }, { magnitude: 21, brighter: 1, isFirst: true }],
        [STEMS[0], 10n, { magnitude: 22, brighter: 1, isFirst: true }, { magnitude: 21, brighter: 0, isFirst: false }],
      ],
    );
    assert.deepEqual(found[0]?.thresholds.at(-1), { magnitude: 18, brighter: null, isFirst: false });
  });
});
