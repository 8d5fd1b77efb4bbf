import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStem, newLedger } from '../../testing/ledgers.js';
import { execute } from '../../testing/look-inside.js';

const STEM = '20260301_000001';

test('the first score since a time is found by halves, whatever IDs there are', async (t) => {
  const ledger = await newLedger(t);
  assert.ok((await ledger.nights.firstIdSince(0)) <= 1n);
  const recorded = [
    [3n, '2026-03-01 00:00:01'],
    [4n, '2026-03-01 00:00:01'],
    [90n, '2026-03-01 00:00:05'],
    [91n, '2026-03-01 00:00:05'],
    [700n, '2026-03-02 00:00:00'],
  ] as const;
  for (const [id, at] of recorded) {
    await execute(
      ledger,
      'INSERT INTO provenance (ID, diaObjectId, stem, timestamp) VALUES (?, 1, ?, ?)',
      id,
      STEM,
      at,
    );
  }
  const since = (at: string) => ledger.nights.firstIdSince(Date.parse(at));
  assert.ok((await since('2026-02-01T00:00:00Z')) <= 3n);
  for (const [id, at] of [recorded[0], recorded[2], recorded[4]]) {
    const first = await since(`${at.replace(' ', 'T')}Z`);
    const before = recorded.filter(([each]) => each < id).at(-1)?.[0] ?? -1n;
    assert.ok(first > before && first <= id, `${at}: ${first}`);
  }
  const between = await since('2026-03-01T00:00:03.500Z');
  assert.ok(between > 4n && between <= 90n, `${between}`);
  assert.equal(await since('2026-03-03T00:00:00Z'), 701n);
});

test('a source leads to its object by the alerts of some stems, also where the model scored nothing', async (t) => {
  const ledger = await newLedger(t);
  await addStem(ledger, STEM, 1, -1);
  const add = 'INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem) VALUES (?, ?, ?)';
  await execute(ledger, add, 313637921267122191n, 170046091000545381n, STEM);
  await execute(ledger, add, null, 170046091000545382n, STEM);
  const { nights } = ledger;
  assert.equal(await nights.objectOfSource(170046091000545381n, [STEM]), 313637921267122191n);
  assert.equal(await nights.objectOfSource(170046091000545381n, ['20260301_000002']), undefined);
  assert.equal(await nights.objectOfSource(170046091000545382n, [STEM]), undefined);
  assert.deepEqual(await nights.newestStems(3), [{ stem: STEM, alerts: undefined }]);
});

test('the flags of a source come in two numbers from which each can be had again', async (t) => {
  const ledger = await newLedger(t);
  const add = `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem, n_gt22, n_gt21, n_gt20, n_gt19, n_gt18,
     first22, first21, first20, first19, first18) VALUES (1, ?, ?, 65535, 40000, 3, 2, 1, 1, 0, 1, 0, 1)`;
  await execute(ledger, add, 170046091000545381n, STEM);
  await execute(ledger, 'INSERT INTO threshold_flags_provenance (diaSourceId, stem) VALUES (2, ?)', STEM);
  assert.deepEqual(await ledger.nights.flags([STEM]), [
    [170046091000545381n, 65535 + 40000 * 2 ** 16 + 3 * 2 ** 32, 2 + 2 ** 16 + 0b10101 * 2 ** 32],
    [2n, null, null],
  ]);
});

test('the fates of scores are their outcomes, and whether Lasair shows them', async (t) => {
  const ledger = await newLedger(t);
  await addStem(ledger, STEM, 1, 1, 0);
  const object = 313637921267122191n;
  for (const id of [1n, 2n, 3n]) {
    await execute(
      ledger,
      "INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, ?, 0.5, 'r0b')",
      ...[id, object, 10n + id, STEM],
    );
  }
  await execute(ledger, "INSERT INTO annotation_outcome VALUES (1, 'accepted', 1, NULL), (2, 'superseded', 1, NULL)");
  await execute(ledger, "INSERT INTO annotation (vra, diaObjectId, accepted_ID) VALUES ('r0b', ?, 1)", object);
  const scores = [1n, 2n, 3n].map((id) => ({ id, diaObjectId: object, stem: STEM }));
  assert.deepEqual(
    [...(await ledger.fates.of('r0b', scores))],
    [
      [1n, { fate: 'accepted', fateAt: 1, isCurrent: true }],
      [2n, { fate: 'superseded', fateAt: 1, isCurrent: false }],
      [3n, { fate: 'unsent', fateAt: undefined, isCurrent: false }],
    ],
  );
  assert.deepEqual([...(await ledger.fates.outcomes([1n, 3n]))], [[1n, 'accepted']]);
});
