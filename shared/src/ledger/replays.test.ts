import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addStem, newLedger } from '../testing/ledgers.js';
import type { Ledger } from './ledger.js';

const STEM = '20260422_000001';
const NEXT = '20260423_235959';
const OBJECT = 313637921267122191n;
const AT = 1_770_000_000_000;

const rowsOf = (...scores: number[]) =>
  scores.map((score, index) => ({ diaObjectId: OBJECT, diaSourceId: 170046091000545381n + BigInt(index), score }));

function begin(ledger: Ledger, job = 'job') {
  const replay = ledger.replay.replays.begin(job, AT);
  return { ...replay, step: (stem: string) => ({ replayId: replay.id, stem, vra: 'r0b', at: AT, durationMs: 5 }) };
}

function scoreLive(ledger: Ledger, stem: string, version: string, ...scores: number[]): void {
  const model = { name: 'r0b', version };
  const settlement = { status: 1, now: AT, durationMs: 1 } as const;
  ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, model, rowsOf(...scores), settlement);
}

const provenance = (ledger: Ledger) =>
  ledger.database.prepare('SELECT model_version, score FROM provenance ORDER BY ID').raw().all();

describe('a replay', () => {
  test('goes on where it was while something of it is left, and begins anew once nothing is', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 1, 1);
    const first = begin(ledger);
    assert.equal(first.done.size, 0);
    ledger.replay.recordScores(first.step(STEM), 'a2', rowsOf(0.5));

    const again = begin(ledger);
    assert.equal(again.id, first.id);
    assert.deepEqual([...again.done], [STEM]);
    assert.notEqual(begin(ledger, 'another job').id, first.id);

    ledger.replay.replays.end(again.id, AT);
    const anew = begin(ledger);
    assert.notEqual(anew.id, first.id);
    assert.equal(anew.done.size, 0);
  });

  test('knows the stems of its nights with the statuses of the VRA, the last night included', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, -1, 0);
    addStem(ledger, NEXT, null, null, null);
    for (const outside of ['20260421_235959', '20260424_000000']) addStem(ledger, outside, 1, 1, 1);
    assert.deepEqual(ledger.replay.replays.stems('r0b', '20260422', '20260423'), [
      { stem: STEM, feature: 1, predict: -1, annotate: 0 },
      { stem: NEXT, feature: null, predict: null, annotate: null },
    ]);
  });

  test('adds up what it did, over all its runs', (t) => {
    const ledger = newLedger(t);
    for (const stem of [STEM, NEXT]) addStem(ledger, stem, 1, 0, 0);
    scoreLive(ledger, STEM, 'a1', 0.25);
    const { step, id } = begin(ledger);
    ledger.replay.recordScores(step(STEM), 'a1', rowsOf(0.5, 0.75));
    ledger.replay.recordMissing(step(NEXT), 'predict');
    assert.deepEqual(ledger.replay.replays.totals(id), {
      stems: 2,
      missing: 1,
      rows: 2,
      compared: 1,
      difference: 0.25,
    });
    assert.deepEqual(
      ledger.events.ofStem(STEM).map(({ stage, detail }) => [stage, detail]),
      [
        ['predict', undefined],
        ['predict', 'replayed with version a1'],
      ],
    );
  });
});

describe('replayed scores', () => {
  test('of another version stay apart from provenance, and are replaced by the next replay', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 0, 0);
    scoreLive(ledger, STEM, 'a1', 0.25);
    ledger.replay.recordScores(begin(ledger).step(STEM), 'a2', rowsOf(0.5, 0.75));
    ledger.replay.recordScores(begin(ledger).step(STEM), 'a2', rowsOf(0.625));
    assert.deepEqual(provenance(ledger), [['a1', 0.25]]);
    const [only, ...others] = ledger.replay.scores.ofObject(OBJECT);
    assert.deepEqual(others, []);
    const { diaSourceId } = rowsOf(0)[0]!;
    const expected = {
      diaSourceId,
      midpointMjdTai: null,
      stem: STEM,
      score: 0.625,
      vra: 'r0b',
      modelVersion: 'a2',
      at: AT,
    };
    assert.deepEqual(only, expected);
  });

  test('are never what annotating sends or takes for the newest', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 0, 0);
    scoreLive(ledger, STEM, 'a1', 0.25);
    addStem(ledger, NEXT, 1, 1, 0);
    const later = [{ diaObjectId: OBJECT, diaSourceId: 180046091000545381n, score: 0.99 }];
    ledger.replay.recordScores(begin(ledger).step(NEXT), 'a2', later);
    const { scores } = ledger.annotations.scores.unsettled('r0b', STEM);
    assert.deepEqual(
      scores.map(({ score, isSuperseded }) => [score, isSuperseded]),
      [[0.25, false]],
    );
    assert.deepEqual(ledger.annotations.scores.unsettled('r0b', NEXT).scores, []);
  });

  test('of the version that scored the stem are compared with its scores, and double none', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 0, 0);
    scoreLive(ledger, STEM, 'a1', 0.25, 0.5);
    const replayed = ledger.replay.recordScores(begin(ledger).step(STEM), 'a1', rowsOf(0.25, 0.5625));
    assert.deepEqual(replayed, { outcome: 'done', rows: 2, compared: 2, difference: 0.0625 });
    assert.equal(provenance(ledger).length, 2);
    assert.deepEqual(ledger.replay.scores.ofObject(OBJECT), []);
  });

  test('of a source that is in the stem twice are compared each with its own', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 0, 0);
    const twice = (...scores: number[]) => scores.flatMap((score) => rowsOf(score));
    const settlement = { status: 1, now: AT, durationMs: 1 } as const;
    const work = ledger.work('predict', 'r0b');
    ledger.results.recordScores(work, STEM, { name: 'r0b', version: 'a1' }, twice(0.25, 0.875), settlement);
    const replayed = ledger.replay.recordScores(begin(ledger).step(STEM), 'a1', twice(0.25, 0.875, 0.5));
    assert.deepEqual(replayed, { outcome: 'done', rows: 3, compared: 2, difference: 0 });
    assert.deepEqual(
      ledger.replay.scores.ofObject(OBJECT).map(({ score }) => score),
      [0.5],
    );
  });

  test('to be annotated become the VRA’s own, once, and open the stem for annotating', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1, 0, 1);
    scoreLive(ledger, STEM, 'a1', 0.25);
    const annotate = ledger.work('annotate', 'r0b');
    const { step } = begin(ledger);
    ledger.replay.recordScores(step(STEM), 'a2', rowsOf(0.5));
    const first = ledger.replay.recordLiveScores(step(STEM), 'a2', rowsOf(0.5), annotate);
    assert.equal(first.rows, 1);
    assert.equal(annotate.status(STEM), 0);
    assert.deepEqual(provenance(ledger), [
      ['a1', 0.25],
      ['a2', 0.5],
    ]);
    assert.deepEqual(ledger.replay.scores.ofObject(OBJECT), []);

    ledger.database.prepare('UPDATE annotating SET r0b = 1').run();
    const second = ledger.replay.recordLiveScores(step(STEM), 'a2', rowsOf(0.5), annotate);
    assert.equal(second.rows, 0);
    assert.equal(annotate.status(STEM), 1, 'nothing new to annotate');
    assert.equal(provenance(ledger).length, 2);
  });
});
