import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Ledger } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import type { Look } from '../../open-ledger.js';
import { type CandidatesQuestion, candidates, everyCandidate } from './candidates.js';

const OBJECT = 313637921267122191n;
const SOURCE = 170046091000545381n;
const EVENING = '20260421_233000';
const MORNING = '20260422_041502';

interface Row {
  readonly object: number;
  readonly source: number;
  readonly score: number | null;
  readonly stem?: string;
  readonly vra?: string;
  readonly version?: string;
  readonly time?: number;
  readonly ra?: number;
  readonly decl?: number;
  readonly flux?: number;
  readonly band?: string;
  /** n_gt22 and first22. */
  readonly flags?: readonly [number, number];
  readonly recorded?: string;
}

async function add(ledger: Ledger, ...rows: Row[]): Promise<void> {
  const done = new Set<string>();
  for (const row of rows) {
    const { object, source, score, stem = MORNING, vra = 'r0b', version = 'a1', flags } = row;
    const ids = [OBJECT + BigInt(object), SOURCE + BigInt(source)] as const;
    if (!done.has(`${stem} ${vra}`)) {
      for (const table of ['feature_making', 'predict', 'annotating']) {
        const doneBy = `INSERT INTO ${table} (stem, ${vra}) VALUES (?, 1) ON CONFLICT (stem) DO UPDATE SET ${vra} = 1`;
        await execute(ledger, doneBy, stem);
      }
    }
    done.add(`${stem} ${vra}`);
    await execute(
      ledger,
      `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version, timestamp)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[...ids, stem, score, vra, version, row.recorded ?? '2026-04-22 04:15:07'],
    );
    if (row.time !== undefined) {
      await execute(
        ledger,
        `INSERT INTO source (diaSourceId, midpointMjdTai, ra, decl, psfFlux, band) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        ...[ids[1], row.time, row.ra ?? null, row.decl ?? null, row.flux ?? null, row.band ?? null],
      );
    }
    if (flags) {
      await execute(
        ledger,
        `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem, n_gt22, n_gt21, n_gt20, n_gt19, n_gt18,
           first22, first21, first20, first19, first18) VALUES (?, ?, ?, ?, 3, 2, 1, 0, ?, 0, 1, 0, 0)`,
        ...[...ids, stem, ...flags],
      );
    }
  }
}

async function lookAt(t: TestContext, ...rows: Row[]): Promise<Look & { add(...more: Row[]): Promise<void> }> {
  const vras = ['r0b', 'shadow'];
  const ledger = await newLedger(t, vras);
  await add(ledger, ...rows);
  // Nothing else of it is asked.
  return { ledger, vras, add: (...more: Row[]) => add(ledger, ...more) } as unknown as Awaited<
    ReturnType<typeof lookAt>
  >;
}

/** The last digits of ids and the scores. */
const shown = async (look: Look, question: Partial<CandidatesQuestion> = {}) =>
  (await candidates(look, { limit: 100, ...question })).candidates.map(({ diaObjectId, score }) => [
    Number(BigInt(diaObjectId) - OBJECT),
    score,
  ]);

describe('the candidates of a night', () => {
  test('are its objects from noon to noon, each by its newest source and the last score of that one, the best first', async (t) => {
    const look = await lookAt(
      t,
      { object: 1, source: 1, score: 0.9, stem: EVENING, time: 61152.1 },
      { object: 1, source: 3, score: 0.2, stem: EVENING, time: 61152.3 },
      { object: 1, source: 2, score: 0.95, time: 61152.2 },
      { object: 2, source: 4, score: 0.5, time: 61152.2 },
      { object: 2, source: 4, score: 0.6, time: 61152.2 },
      { object: 3, source: 9, score: 0.99, stem: '20260422_120000', time: 61152.6 },
      { object: 4, source: 8, score: 0.98, stem: '20260421_115959', time: 61151.6 },
    );
    assert.deepEqual(await shown(look, { night: '20260422' }), [
      [2, 0.6],
      [1, 0.2],
    ]);
    assert.deepEqual(await shown(look), [[3, 0.99]], 'the newest night by default');
    const { night, nightBefore, nightAfter, began, ends } = await candidates(look, { night: '2026-04-22', limit: 1 });
    assert.deepEqual(
      [nightBefore, night, nightAfter, began, ends],
      ['20260421', '20260422', '20260423', '2026-04-21T12:00:00.000Z', '2026-04-22T12:00:00.000Z'],
    );
  });

  test('grow by what is recorded while they are looked at, also in a night that is over', async (t) => {
    const look = await lookAt(t, { object: 1, source: 1, score: 0.9 });
    assert.deepEqual(await shown(look), [[1, 0.9]]);
    await look.add(
      { object: 2, source: 2, score: 0.95, flags: [4, 1] },
      { object: 1, source: 3, score: 0.1, stem: EVENING },
    );
    await look.add({ object: 5, source: 5, score: 1, stem: '20260501_000001' });
    const night = '20260422';
    assert.deepEqual(await shown(look, { night }), [
      [2, 0.95],
      [1, 0.1],
    ]);
    assert.deepEqual(await shown(look, { night, flags: ['first22'] }), [[2, 0.95]]);
  });

  test('are chosen by score, magnitude, band, flags and version; of what is unknown the number is told', async (t) => {
    const look = await lookAt(
      t,
      // 3631 Jy are of magnitude 0, so 3.631e12 nJy too: 5 magnitudes are a factor of 100.
      { object: 1, source: 1, score: 0.9, time: 1, flux: 3631, band: 'g', flags: [5, 1] },
      { object: 2, source: 2, score: 0.8, time: 1, flux: 36.31, band: 'r', flags: [0, 0] },
      { object: 3, source: 3, score: 0.7, time: 1, flux: -50, band: 'r', version: 'a2' },
      { object: 4, source: 4, score: 0.6 },
    );
    assert.deepEqual(await shown(look, { min: 0.65, max: 0.85 }), [
      [2, 0.8],
      [3, 0.7],
    ]);
    const bright = await candidates(look, { faintest: 22.51, brightest: 22.49, limit: 9 });
    assert.deepEqual([bright.matched, bright.candidates[0]?.diaObjectId], [1, String(OBJECT + 1n)]);
    assert.ok(Math.abs((bright.candidates[0]?.magnitude ?? 0) - 22.5) < 1e-3);
    assert.deepEqual([bright.considered, bright.unknown.magnitude], [4, 1], 'a flux below zero is not unknown');
    assert.deepEqual(await shown(look, { faintest: 28, bands: ['r', 'i'] }), [[2, 0.8]]);
    assert.deepEqual(await shown(look, { flags: ['brighter22', 'first20'] }), [[1, 0.9]]);
    assert.equal((await candidates(look, { flags: ['brighter22'], limit: 1 })).unknown.flags, 2);
    assert.deepEqual(await shown(look, { version: 'a2' }), [[3, 0.7]]);
    assert.deepEqual(await shown(look, { version: 'a3' }), []);
    assert.deepEqual((await candidates(look, { limit: 1 })).candidates[0]?.brighter, {
      22: 5,
      21: 3,
      20: 2,
      19: 1,
      18: 0,
    });
    assert.deepEqual((await candidates(look, { limit: 1 })).candidates[0]?.first, [22, 20]);
  });

  test('come with their change, and how many sources the object has, of all nights', async (t) => {
    const look = await lookAt(
      t,
      { object: 1, source: 1, score: 0.25, time: 61151.1, stem: '20260421_041502' },
      { object: 1, source: 2, score: 0.75, time: 61152.1 },
      { object: 2, source: 3, score: 0.875, time: 61152.1 },
      { object: 3, source: 4, score: 0.5, time: 61150.1, stem: '20260420_041502' },
      { object: 3, source: 5, score: 0.75, time: 61152.1 },
      { object: 3, source: 5, score: 0.625, time: 61152.1, version: 'a2' },
      { object: 3, source: 5, score: 0.5625, time: 61152.1, vra: 'shadow' },
    );
    const rising = await candidates(look, { sort: '-change', limit: 9 });
    assert.deepEqual(
      rising.candidates.map(({ change, sources }) => [change, sources]),
      [
        [0.5, 2],
        [0.125, 2],
        [null, 1],
      ],
    );
  });

  test('are those that two models disagree on, and by how much', async (t) => {
    const look = await lookAt(
      t,
      { object: 1, source: 1, score: 0.9 },
      { object: 1, source: 1, score: 0.25, vra: 'shadow', version: 's1' },
      { object: 2, source: 2, score: 0.8 },
      { object: 2, source: 2, score: 0.75, vra: 'shadow', version: 's1' },
      { object: 3, source: 3, score: 0.25 },
      { object: 3, source: 3, score: 0.75, version: 'a2' },
    );
    const others = async (question: Partial<CandidatesQuestion>) =>
      (await candidates(look, { limit: 9, ...question })).candidates.map(({ score, other }) => [score, other]);
    assert.deepEqual(await others({ against: 'shadow', differs: 0.2 }), [[0.9, 0.25]]);
    assert.deepEqual(await others({ against: 'shadow', sort: '-difference' }), [
      [0.9, 0.25],
      [0.8, 0.75],
      [0.75, null],
    ]);
    assert.deepEqual(await others({ against: 'versions', differs: 0.2 }), [[0.75, 0.25]]);
    assert.deepEqual(await others({ against: 'versions', differs: 0.2, version: 'a1' }), [[0.25, 0.75]]);
  });

  test('are those that were recorded since a time, or that stand at Lasair in one way, or have a name at TNS', async (t) => {
    const look = await lookAt(
      t,
      { object: 1, source: 1, score: 0.9, recorded: '2026-04-22 04:00:00' },
      { object: 2, source: 2, score: 0.8, recorded: '2026-04-22 04:30:00' },
      { object: 3, source: 3, score: 0.7, recorded: '2026-04-22 05:00:00' },
    );
    const { ledger } = look;
    assert.deepEqual(await shown(look, { since: Date.parse('2026-04-22T04:30:00Z') }), [
      [2, 0.8],
      [3, 0.7],
    ]);
    assert.deepEqual(await shown(look, { since: Date.parse('2026-04-23T00:00:00Z') }), []);
    assert.deepEqual((await shown(look, { fate: 'sent' })).length, 3, 'as the Python pipeline leaves it');
    const settle = 'INSERT INTO annotation_outcome SELECT ID, ?, 1, NULL FROM provenance WHERE diaObjectId = ?';
    await execute(ledger, settle, 'accepted', OBJECT + 1n);
    await execute(ledger, settle, 'rejected', OBJECT + 2n);
    assert.deepEqual(await shown(look, { fate: 'accepted' }), [[1, 0.9]]);
    assert.deepEqual(await shown(look, { fate: 'sent' }), [[3, 0.7]]);
    await execute(ledger, "UPDATE annotation_outcome SET outcome = 'accepted' WHERE outcome = 'rejected'");
    assert.equal((await shown(look, { fate: 'accepted' })).length, 2, 'a refusal may be mended');
    const reports = [1, 3].map((object) => ({ diaObjectId: OBJECT + BigInt(object), internalName: 'x', report: '{}' }));
    const sent = await ledger.tns.begin('live', reports, { sender: 'test', again: false, now: 1 });
    const settlements = [{ diaObjectId: OBJECT + 1n, outcome: 'inserted', objname: '2026abc' } as const];
    await ledger.tns.settle(sent.submission as bigint, settlements, 2);
    assert.deepEqual(await shown(look, { tns: 'with' }), [[1, 0.9]]);
    assert.deepEqual(
      (await shown(look, { tns: 'without' })).map(([object]) => object),
      [2, 3],
    );
  });

  test('are the scores themselves if asked for, and what has no object or no value is counted', async (t) => {
    const look = await lookAt(
      t,
      { object: 1, source: 1, score: 0.9 },
      { object: 1, source: 2, score: 0.5 },
      { object: 1, source: 3, score: null },
    );
    const { scores, unusable } = await candidates(look, { limit: 9 });
    assert.deepEqual([scores, unusable], [2, 1]);
    assert.deepEqual(await shown(look, { rows: 'sources' }), [
      [1, 0.9],
      [1, 0.5],
    ]);
  });

  test('come page by page: each once, in one order, also where scores are equal and new ones come between', async (t) => {
    const rows = Array.from({ length: 23 }, (_, each) => ({ object: each, source: each, score: (each % 4) / 4 }));
    const look = await lookAt(t, ...rows);
    const all = await shown(look);
    const paged: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await candidates(look, { limit: 5, ...(after !== undefined && { after }) });
      paged.push(...page.candidates.map(({ diaObjectId, score }) => [Number(BigInt(diaObjectId) - OBJECT), score]));
      after = page.next ?? undefined;
      await look.add({ object: 100 + paged.length, source: 100 + paged.length, score: 1 });
    } while (after !== undefined);
    assert.deepEqual(paged, all);
    assert.equal((await everyCandidate(look, {})).candidates.length, 23 + 5);
  });

  test('of a score that a repair removed are no longer shown', async (t) => {
    const look = await lookAt(t, { object: 1, source: 1, score: 0.9 }, { object: 2, source: 2, score: 0.8 });
    assert.equal((await shown(look)).length, 2);
    await execute(look.ledger, 'DELETE FROM provenance WHERE diaObjectId = ?', OBJECT + 1n);
    assert.deepEqual(await shown(look), [[2, 0.8]]);
    assert.equal((await candidates(look, { limit: 9 })).matched, 1);
    await look.add({ object: 3, source: 3, score: 0.1 });
    assert.equal((await candidates(look, { limit: 1 })).matched, 2);
    await execute(look.ledger, 'DELETE FROM provenance WHERE diaObjectId = ?', OBJECT + 3n);
    assert.equal((await candidates(look, { limit: 1 })).matched, 1, 'the last of all, and not on the page');
  });

  test('of a VRA, a night or a place that there is not are a mistake; of a VRA that scored nothing there are none', async (t) => {
    const look = await lookAt(t, { object: 1, source: 1, score: 0.9 });
    await assert.rejects(candidates(look, { vra: 'nobody', limit: 1 }), /there is no VRA nobody/);
    await assert.rejects(candidates(look, { night: '20261301', limit: 1 }), /is no night/);
    await assert.rejects(candidates(look, { after: '0.5', limit: 1 }), /no place to go on at/);
    assert.equal((await candidates(look, { vra: 'shadow', limit: 1 })).night, null);
  });
});
