import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LONGEST_CLASSDICT, type PastScore, validationErrorOf } from '@lvra/ledger';
import { FIRST_STEM, Night, SECOND_STEM, sourceId } from '../testing/night.js';
import { withHistory } from './classdict-history.js';

const CLASSDICT = '{"blame_diaSourceId": "170046091000545381", "stem": "20260202_102448"}';

const past = (change: Partial<PastScore> = {}): PastScore => ({
  id: 1n,
  diaSourceId: 170046091000545381n,
  midpointMjdTai: 61073.25,
  score: 0.75,
  modelVersion: 'a1',
  ...change,
});

const historyOf = (...history: PastScore[]): Record<string, unknown>[] =>
  (JSON.parse(withHistory(CLASSDICT, history)) as { history: Record<string, unknown>[] }).history;

describe('a classdict with a history', () => {
  test('has it as its last key, newest first, ids as strings', () => {
    assert.equal(
      withHistory(CLASSDICT, [past(), past({ diaSourceId: 170046091000545377n, midpointMjdTai: null, score: 1e-7 })]),
      '{"blame_diaSourceId": "170046091000545381", "stem": "20260202_102448", "history": [' +
        '{"diaSourceId": "170046091000545381", "midpointMjdTai": 61073.25, "score": 0.75, "model_version": "a1"}, ' +
        '{"diaSourceId": "170046091000545377", "midpointMjdTai": null, "score": 0.0000001, "model_version": "a1"}]}',
    );
  });

  test('stays as it was if none is asked for', () => assert.equal(withHistory(CLASSDICT, []), CLASSDICT));

  test('leaves the oldest out if Lasair does not hold all', () => {
    const history = Array.from({ length: 100 }, (_, n) => past({ diaSourceId: BigInt(1000 - n), score: 1 / (n + 3) }));
    const text = withHistory(CLASSDICT, history);
    assert.equal(validationErrorOf({ classdict: text }), undefined);
    const kept = historyOf(...history).map(({ diaSourceId }) => diaSourceId);
    assert.deepEqual(
      kept,
      history.slice(0, kept.length).map(({ diaSourceId }) => String(diaSourceId)),
    );
    assert.ok(LONGEST_CLASSDICT - text.length < 120, `${text.length} characters leave no room for another`);
  });

  for (const [name, change] of [
    ['without a score', { score: null }],
    ['that is no number', { score: Number.NaN }],
    ['without a source', { diaSourceId: null }],
    ['without a version', { modelVersion: null }],
    ['of a version with a single quote', { modelVersion: "a'1" }],
    ['of a version with a double quote', { modelVersion: 'a"1' }],
    ['of a version with a backslash', { modelVersion: 'a\\1' }],
  ] as const) {
    test(`goes without a past score ${name}`, () => {
      assert.deepEqual(
        historyOf(past(), past(change), past({ score: 0.5 })).map(({ score }) => score),
        [0.75, 0.5],
      );
    });
  }
});

describe('an annotation', () => {
  const R0B = { name: 'r0b', topic: 'r0b_lvra', explanation: '', url: '' };

  test('carries the last scores of its object over all stems, as many as the VRA asks for', async (t) => {
    const night = await Night.start(t);
    await night.addStem(FIRST_STEM, [
      { object: 0, source: 0, score: 0.1 },
      { object: 0, source: 1, score: 0.2 },
      { object: 1, source: 0, score: 0.9 },
    ]);
    await night.addStem(SECOND_STEM, [
      { object: 0, source: 2, score: 0.3 },
      { object: 0, source: 2, score: 0.35, version: 'a2' },
    ]);
    await night.annotate(SECOND_STEM, night.task({ vra: { ...R0B, history: 2 } }));
    const { history } = JSON.parse(night.held(0)?.classdict ?? '{}') as { history: Record<string, unknown>[] };
    assert.deepEqual(history, [
      { diaSourceId: String(sourceId(0, 2)), midpointMjdTai: 61073.002, score: 0.35, model_version: 'a2' },
      { diaSourceId: String(sourceId(0, 1)), midpointMjdTai: 61073.001, score: 0.2, model_version: 'a1' },
    ]);
  });

  test('carries none unless the VRA asks', async (t) => {
    const night = await Night.start(t);
    await night.addStem(FIRST_STEM, [{ object: 0, source: 0 }]);
    await night.annotate(FIRST_STEM);
    assert.ok(!('history' in JSON.parse(night.held(0)?.classdict ?? '{}')));
  });
});
