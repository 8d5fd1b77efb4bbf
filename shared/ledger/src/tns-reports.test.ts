import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from './ledger.js';
import { newLedger, newPlace, openLedger } from './testing/ledgers.js';
import { execute } from './testing/look-inside.js';
import { type NewTnsReport, TNS_OUTCOMES, type TnsLedger, type TnsOutcome } from './tns-reports.js';

const ID = 169760231708427201n;
const ONCE = { sender: 'test', again: false, now: 1_000 };
const AGAIN = { ...ONCE, again: true };

function reportOf(diaObjectId: bigint): NewTnsReport {
  return { diaObjectId, internalName: `LSST-AP-DO-${diaObjectId}`, report: `{"of":"${diaObjectId}"}` };
}

async function begin(tns: TnsLedger, ...ids: bigint[]): Promise<bigint> {
  const { submission } = await tns.begin('live', ids.map(reportOf), ONCE);
  assert.ok(submission !== undefined);
  return submission;
}

describe('reports to TNS', () => {
  test('are recorded before they are sent, in doubt until there is a receipt, awaited until there is an outcome', async (t) => {
    const { tns } = await newLedger(t);
    const submission = await begin(tns, ID, ID + 1n);
    assert.deepEqual(
      (await tns.open('live')).map(({ diaObjectId, reportId, outcome }) => [diaObjectId, reportId, outcome]),
      [
        [ID, undefined, undefined],
        [ID + 1n, undefined, undefined],
      ],
    );
    await tns.received(submission, '91000');
    assert.deepEqual(
      (await tns.ofSubmission(submission)).map(({ reportId }) => reportId),
      ['91000', '91000'],
    );
    await tns.settle(submission, [{ diaObjectId: ID, outcome: 'inserted', objname: '2026aab' }], 2_000);
    assert.deepEqual(
      (await tns.open('live')).map(({ diaObjectId }) => diaObjectId),
      [ID + 1n],
    );
    const [record] = await tns.ofObject(ID);
    assert.deepEqual(record, {
      ...{ submission, site: 'live', diaObjectId: ID, internalName: `LSST-AP-DO-${ID}`, report: `{"of":"${ID}"}` },
      ...{ sentAt: 1_000, reportId: '91000', outcome: 'inserted', objname: '2026aab', detail: undefined },
    });
  });

  test('an outcome is final', async (t) => {
    const { tns } = await newLedger(t);
    const submission = await begin(tns, ID);
    await tns.settle(submission, [{ diaObjectId: ID, outcome: 'inserted', objname: '2026aab' }], 2_000);
    await tns.settle(submission, [{ diaObjectId: ID, outcome: 'refused' }], 3_000);
    assert.equal((await tns.standing('live', ID))?.outcome, 'inserted');
  });

  test('an object with an open report cannot be begun again, not even when asked for', async (t) => {
    const { tns } = await newLedger(t);
    await begin(tns, ID);
    for (const how of [ONCE, AGAIN]) assert.equal((await tns.begin('live', [reportOf(ID)], how)).submission, undefined);
    const { taken } = await tns.begin('live', [reportOf(ID), reportOf(ID + 1n)], ONCE);
    assert.deepEqual(
      taken.map(({ diaObjectId }) => diaObjectId),
      [ID + 1n],
    );
  });

  test('an object that is at TNS, or may be, is begun only when asked for; one that was refused is', async (t) => {
    const { tns } = await newLedger(t);
    const mayGo: TnsOutcome[] = ['refused', 'not_sent'];
    for (const [index, outcome] of TNS_OUTCOMES.entries()) {
      const id = ID + BigInt(index);
      await tns.settle(await begin(tns, id), [{ diaObjectId: id, outcome }], 2_000);
      const { submission } = await tns.begin('live', [reportOf(id)], ONCE);
      assert.equal(submission !== undefined, mayGo.includes(outcome), outcome);
      if (submission === undefined) assert.ok((await tns.begin('live', [reportOf(id)], AGAIN)).submission, outcome);
    }
  });

  test('a later refusal does not hide that the object is there', async (t) => {
    const { tns } = await newLedger(t);
    await tns.settle(await begin(tns, ID), [{ diaObjectId: ID, outcome: 'inserted', objname: '2026aab' }], 2_000);
    const again = (await tns.begin('live', [reportOf(ID)], AGAIN)).submission ?? 0n;
    await tns.settle(again, [{ diaObjectId: ID, outcome: 'refused' }], 3_000);
    assert.equal((await tns.begin('live', [reportOf(ID)], ONCE)).submission, undefined);
    assert.equal((await tns.standing('live', ID))?.objname, '2026aab');
  });

  test('the sandbox is another world', async (t) => {
    const { tns } = await newLedger(t);
    await begin(tns, ID);
    assert.ok((await tns.begin('sandbox', [reportOf(ID)], ONCE)).submission);
    assert.equal((await tns.open('sandbox')).length, 1);
    assert.equal((await tns.ofObject(ID)).length, 2);
  });

  test('of two processes that begin the same object, one does', async (t) => {
    const place = newPlace(t);
    const ledgers = await Promise.all([0, 1].map(() => openLedger(t, place, ['r0b'], { create: true })));
    const begun = await Promise.all(
      ledgers.map(async ({ tns }) => (await tns.begin('live', [reportOf(ID)], AGAIN)).submission),
    );
    assert.equal(begun.filter((submission) => submission !== undefined).length, 1);
  });
});

describe('which objects to report', () => {
  const score = async (
    ledger: Ledger,
    id: bigint,
    diaSourceId: bigint | null,
    stem: string,
    value: number | null,
    mjd?: number,
  ) => {
    const add = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
      VALUES (?, ?, ?, ?, 'r0b', 'a1')`;
    await execute(ledger, add, id, diaSourceId, stem, value);
    if (mjd === undefined) return;
    await execute(ledger, 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)', diaSourceId, mjd);
  };

  const R0B = { vra: 'r0b', version: 'a1' };

  test('those whose newest score since a night is greater', async (t) => {
    const ledger = await newLedger(t);
    await score(ledger, 1n, 11n, '20260422_000001', 0.96, 61_152);
    await score(ledger, 2n, 21n, '20260422_000001', 0.99, 61_152.1);
    await score(ledger, 2n, 22n, '20260423_000001', 0.2, 61_153);
    await score(ledger, 7n, 71n, '20260422_000001', 0.98, 61_151.9);
    await score(ledger, 7n, 72n, '20260424_000001', 0.98, 61_154);
    await score(ledger, 3n, 31n, '20260421_235959', 0.99, 61_151);
    await score(ledger, 4n, 41n, '20260423_000001', 0.95, 61_153.1);
    await score(ledger, 5n, 51n, '20260423_000001', null, 61_153.2);
    // A stem that came late holds an older source.
    await score(ledger, 6n, 62n, '20260423_000001', 0.97, 61_153.3);
    await score(ledger, 6n, 61n, '20260424_000001', 0.1, 61_152.3);
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260422'), [1n, 6n, 7n]);
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260421'), [3n, 1n, 6n, 7n]);
    await execute(ledger, "UPDATE provenance SET model_version = 'demo' WHERE diaObjectId IN (1, 6)");
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260422'), [1n, 6n, 7n]);
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260422', 'demo'), [7n]);
    assert.deepEqual(await ledger.tns.objectsAbove({ vra: 'other', version: 'a1' }, 0, '20260421'), []);
  });

  test('by a source that is known, of those whose times are not', async (t) => {
    const ledger = await newLedger(t);
    await score(ledger, 1n, 11n, '20260422_000001', 0.96);
    await score(ledger, 1n, null, '20260422_000001', 0.1);
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260422'), [1n]);
  });

  test('by the score of the configured version, if another has scored the source later', async (t) => {
    const ledger = await newLedger(t);
    for (const [id, first, second] of [
      [1n, 0.2, 0.99],
      [2n, 0.99, 0.2],
    ] as const) {
      await score(ledger, id, 10n * id, '20260422_000001', first, 61_152 + Number(id));
      await score(ledger, id, 10n * id, '20260422_000001', second);
    }
    await execute(ledger, "UPDATE provenance SET model_version = 'a2' WHERE ID IN (2, 4)");
    assert.deepEqual(await ledger.tns.objectsAbove(R0B, 0.95, '20260422'), [2n]);
    assert.deepEqual(await ledger.tns.objectsAbove({ vra: 'r0b', version: 'a2' }, 0.95, '20260422'), [1n]);
  });

  test('their stems, newest first, also those that only the scores know of', async (t) => {
    const ledger = await newLedger(t);
    await score(ledger, ID, 11n, '20260420_000001', 0.96);
    await score(ledger, ID, 12n, '20260421_000001', 0.96);
    await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', ID, '20260422_000001');
    assert.deepEqual(await ledger.tns.stemsOf(ID), ['20260422_000001', '20260421_000001', '20260420_000001']);
    assert.deepEqual(await ledger.tns.stemsOf(1n), []);
  });
});
