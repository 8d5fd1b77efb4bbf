import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { addStem, newLedger } from '../testing/ledgers.js';
import type { CallEnd } from './annotations-reservations.js';
import { ObjectVerification } from './verify-objects.js';

const OBJECT = 313637921267122191n;
const [SOURCE, OLDER] = [170046091000545381n, 170046091000545380n] as const;
const [OLDEST, FIRST, SECOND] = ['20260202_102438', '20260202_102448', '20260202_102458'] as const;
const NOW = 1_770_000_000_000;

/** One source that was scored by a1 (score 1, FIRST) and by a2 (score 2, SECOND), and what an annotate stage does. */
function scoredTwice(t: TestContext) {
  const ledger = newLedger(t);
  const work = ledger.work('annotate', 'r0b');
  const { annotations } = ledger;
  const add = (id: number, stem: string, source: bigint, version: string) => {
    addStem(ledger, stem, 1, 1, 0);
    ledger.database
      .prepare("INSERT INTO provenance VALUES (?, ?, ?, ?, 0.25, 'r0b', ?, current_timestamp)")
      .run(id, OBJECT, source, stem, version);
  };
  add(1, FIRST, SOURCE, 'a1');
  add(2, SECOND, SOURCE, 'a2');
  const time = ledger.database.prepare('INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)');
  time.run(SOURCE, 61073.2);
  time.run(OLDER, 61073.1);

  const settleSuperseded = (stem: string, version: string, ids: readonly bigint[]) => {
    const outcomes = new Map(ids.map((id) => [id, { outcome: 'superseded' as const }]));
    return annotations.settle(work, stem, outcomes, { now: NOW, durationMs: 1, versions: { version } });
  };
  /** One look at a stem while this version is in force. @returns the scores that were sent; the others gave way */
  const annotate = (stem: string, version: string, end: CallEnd = 'taken'): bigint[] => {
    const { scores, seen } = annotations.scores.unsettled('r0b', stem, { version });
    const newest = scores.filter(({ isSuperseded }) => !isSuperseded);
    const rows = newest.map(({ id }) => ({ id, diaObjectId: OBJECT, seen }));
    const call = { sender: 'A', now: NOW, until: NOW + 90_000 };
    const limits = { versions: { version }, callsPerHour: 1000 };
    const { reserved } = annotations.reservations.reserve(work, rows, call, limits);
    annotations.reservations.finish(work, reserved, call, end, NOW);
    const gaveWay = scores.filter(({ isSuperseded }) => isSuperseded).map(({ id }) => id);
    settleSuperseded(stem, version, gaveWay);
    return reserved.map(({ id }) => id);
  };
  const pending = () => work.pending(NOW, 30_000);
  /** As `lvra verify` sees it: the score that should be annotated, its outcome, and the one that Lasair holds. */
  const verified = (version: string) => {
    const facts = new ObjectVerification(ledger.database).facts(OBJECT, 'r0b', version, NOW);
    return [facts?.newest.id, facts?.newest.outcome, facts?.acceptedId];
  };
  return { ledger, work, add, annotate, settleSuperseded, pending, verified };
}

describe('a source that two versions of a model scored, while they come and go', () => {
  test('has the score of the version in force sent, where Lasair was down and each gave way to the other', (t) => {
    const { annotate, pending, verified } = scoredTwice(t);
    assert.deepEqual(annotate(FIRST, 'a1', 'refused'), [1n]);
    assert.deepEqual(annotate(FIRST, 'a2'), []);
    assert.deepEqual(annotate(SECOND, 'a2', 'refused'), [2n]);
    assert.deepEqual(pending(), [SECOND]);
    assert.deepEqual(verified('a1'), [2n, null, undefined], 'pending, and nothing wrong');
    assert.deepEqual(annotate(SECOND, 'a1'), []);
    assert.deepEqual(pending(), [FIRST]);
    assert.deepEqual(annotate(FIRST, 'a1'), [1n]);
    assert.deepEqual(pending(), []);
    assert.deepEqual(verified('a1'), [1n, 'accepted', 1n]);
  });

  test('has one of them sent, where two replicas decide at once by different versions', (t) => {
    const { annotate, settleSuperseded, pending } = scoredTwice(t);
    settleSuperseded(FIRST, 'a2', [1n]);
    settleSuperseded(SECOND, 'a1', [2n]);
    assert.deepEqual(pending(), [FIRST]);
    assert.deepEqual(annotate(FIRST, 'a1'), [1n]);
    assert.deepEqual(pending(), []);
  });

  test('has nothing sent again that Lasair holds', (t) => {
    const { annotate, pending, verified } = scoredTwice(t);
    assert.deepEqual(annotate(FIRST, 'a1'), [1n]);
    assert.deepEqual(annotate(SECOND, 'a2', 'refused'), [2n]);
    assert.deepEqual(annotate(SECOND, 'a1'), []);
    assert.deepEqual(pending(), []);
    assert.deepEqual(verified('a1'), [1n, 'accepted', 1n]);
    assert.deepEqual(verified('a2'), [1n, 'accepted', 1n], 'the version between comes back: it stands all the same');
  });

  test('has nothing sent again for a score of an older source, which gives way as ever', (t) => {
    const { add, annotate, pending, verified } = scoredTwice(t);
    annotate(FIRST, 'a2');
    assert.deepEqual(annotate(SECOND, 'a2'), [2n]);
    add(3, OLDEST, OLDER, 'a1');
    assert.deepEqual(annotate(OLDEST, 'a1'), []);
    assert.deepEqual(pending(), []);
    assert.deepEqual(verified('a1'), [2n, 'accepted', 2n]);
  });

  test('has that score sent again that Lasair took before it took another one, of which it may hold none', (t) => {
    const { ledger, work, annotate, pending, verified } = scoredTwice(t);
    assert.deepEqual(annotate(FIRST, 'a1'), [1n]);
    assert.deepEqual(annotate(SECOND, 'a2'), [2n]);
    assert.deepEqual(verified('a1'), [2n, 'accepted', 2n]);
    // A call for an older score ends after its reservation: what Lasair holds is not known any more.
    const late = { sender: 'B', now: NOW - 100_000, until: NOW - 10_000 };
    ledger.annotations.reservations.finish(work, [{ id: 3n, diaObjectId: OBJECT }], late, 'taken', NOW);
    assert.deepEqual(pending(), [SECOND]);
    assert.deepEqual(annotate(SECOND, 'a1'), []);
    assert.deepEqual(pending(), [FIRST]);
    assert.deepEqual(annotate(FIRST, 'a1'), [1n]);
    assert.deepEqual(verified('a1'), [1n, 'accepted', 1n]);
  });

  test('gives way as a whole to a newer source', (t) => {
    const { add, annotate, pending, verified } = scoredTwice(t);
    add(3, OLDEST, SOURCE + 1n, 'a1');
    assert.deepEqual(annotate(FIRST, 'a2'), []);
    assert.deepEqual(annotate(SECOND, 'a1'), []);
    assert.deepEqual(pending(), [OLDEST]);
    assert.deepEqual(annotate(OLDEST, 'a1'), [3n]);
    assert.deepEqual(pending(), []);
    assert.deepEqual(verified('a1'), [3n, 'accepted', 3n]);
  });
});
