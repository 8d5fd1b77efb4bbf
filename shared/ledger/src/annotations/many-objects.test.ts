import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '../ledger.js';
import { Insert } from '../statements.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { changing, tuplesIn } from '../testing/look-inside.js';

const STEM = '20260202_102448';
const LATER = '20260202_102458';
const NOW = 1_770_000_000_000;
const TERMS = { callsPerHour: 10 };

const PROVENANCE = new Insert('provenance', {
  ...{ ID: 'integer', diaObjectId: 'integer', diaSourceId: 'integer', stem: 'text' },
  ...{ score: 'real', model_name: 'text', model_version: 'text' },
});

/** Adds scores; the greater an ID, the newer is the source. */
function addScores(ledger: Ledger, stem: string, scores: readonly (readonly [id: bigint, object: bigint])[]) {
  const rows = scores.map(([id, object]) => [id, object, id * 10n, stem, 0.5, 'r0b', 'a1']);
  return changing(ledger, (tx) => tx.each(PROVENANCE, rows));
}

const call = (sender: string, now: number) => ({ sender, now, until: now + 90_000 });
const row = (id: bigint, diaObjectId: bigint) => ({ id, diaObjectId, seen: 99n });
const idsOf = (rows: readonly { readonly id: bigint }[]) => rows.map(({ id }) => id);

test('a late call is recorded for each of its objects by what was sent of that object since', async (t) => {
  const ledger = await newLedger(t);
  const work = ledger.work('annotate', 'r0b');
  const { reservations } = ledger.annotations;
  await addStem(ledger, STEM, 1, 1, 0);
  await addStem(ledger, LATER, 1, 1, 0);
  await addScores(
    ledger,
    STEM,
    [1n, 2n, 3n, 4n].map((id) => [id, id]),
  );
  await addScores(
    ledger,
    LATER,
    [12n, 14n].map((id) => [id, id - 10n]),
  );
  const late = call('late', NOW);
  const first = await reservations.reserve(
    work,
    [1n, 2n, 3n, 4n].map((id) => row(id, id)),
    late,
    TERMS,
  );
  assert.deepEqual(idsOf(first.reserved), [1n, 2n, 3n, 4n]);

  // Newer scores of two objects, and once more the same score of a third.
  const since = call('since', NOW + 90_000);
  const rows = [row(12n, 2n), row(14n, 4n), row(3n, 3n)];
  const second = await reservations.reserve(work, rows, since, TERMS);
  assert.deepEqual(idsOf(second.reserved), [12n, 14n, 3n]);
  const answered = await reservations.finish(work, second.reserved, since, 'taken', NOW + 90_100);
  assert.deepEqual([idsOf(answered.accepted), answered.unsettled], [[12n, 14n, 3n], 0]);
  const again = await reservations.finish(work, second.reserved, since, 'taken', NOW + 90_150);
  assert.deepEqual(again, { accepted: [], unsettled: 0 }, 'a call that is recorded twice counts once');
  const how = { now: NOW, durationMs: 1 };
  assert.equal((await ledger.annotations.settle(work, LATER, new Map(), how)).kind, 'settled');

  const recorded = await reservations.finish(work, first.reserved, late, 'taken', NOW + 90_200);
  assert.deepEqual([idsOf(recorded.accepted), recorded.unsettled], [[1n], 2]);
  assert.deepEqual(await tuplesIn(ledger, 'SELECT diaObjectId, accepted_ID, sending_ID FROM annotation ORDER BY 1'), [
    [1n, 1n, 1n],
    [2n, null, null],
    [3n, 3n, 3n],
    [4n, null, null],
  ]);
  const outcomes = 'SELECT provenance_ID, outcome, at FROM annotation_outcome ORDER BY 1';
  assert.deepEqual(await tuplesIn(ledger, outcomes), [
    [1n, 'accepted', BigInt(NOW + 90_200)],
    [3n, 'accepted', BigInt(NOW + 90_100)],
  ]);
  assert.equal(await work.status(LATER), 0, 'its scores are sent again');
});

test('of many objects those are found that Lasair may hold an annotation of', async (t) => {
  const ledger = await newLedger(t);
  const work = ledger.work('annotate', 'r0b');
  const { reservations, scores } = ledger.annotations;
  await addStem(ledger, STEM, 1, 1, 0);
  await addStem(ledger, LATER, 1, 1, 1);
  await addScores(
    ledger,
    STEM,
    [1n, 2n].map((id) => [id, id]),
  );
  await addScores(ledger, LATER, [
    [3n, 3n],
    [4n, 3n],
  ]);
  await reservations.reserve(work, [row(1n, 1n)], call('A', NOW), TERMS);
  const annotated = await scores.annotatedAmong('r0b', [1n, 2n, 3n, 313637921267122191n]);
  assert.deepEqual([...annotated].sort(), [1n, 3n]);
});

test('each newest score of a stem comes with the last scores of its own object', async (t) => {
  const ledger = await newLedger(t);
  await addScores(ledger, STEM, [
    [1n, 7n],
    [2n, 8n],
    [3n, 7n],
  ]);
  await addScores(ledger, LATER, [
    [4n, 8n],
    [5n, 7n],
    [6n, 9n],
  ]);
  const { scores } = await ledger.annotations.scores.unsettled('r0b', LATER, { history: 2 });
  assert.deepEqual(
    scores.map(({ history }) => idsOf(history)),
    [[4n, 2n], [5n, 3n], [6n]],
  );
});
