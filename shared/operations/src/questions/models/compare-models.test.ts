import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ComparedScore } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { BINS, binOf, Comparing, comparisonOf } from './compare-models.js';

const score = (source: number, value: number, object = source, mjd: number | null = null): ComparedScore => ({
  diaObjectId: 313637921267122191n + BigInt(object),
  diaSourceId: 170046091000545381n + BigInt(source),
  score: value,
  midpointMjdTai: mjd,
});

function compare(first: ComparedScore[], second: ComparedScore[], threshold = 0.5) {
  const comparing = new Comparing(threshold);
  comparing.add('20260422_041502', first, second);
  return comparing.end(false);
}

describe('a comparison', () => {
  test('is of the scores that both have of a source', () => {
    const first = [score(1, 0.1), score(2, 0.2), score(3, 0.3)];
    const second = [score(2, 0.25), score(1, 0.5), score(4, 0.9), score(5, 0.9)];
    const { pairs, objects, onlyFirst, onlySecond, differences } = compare(first, second);
    assert.deepEqual([pairs, objects, onlyFirst, onlySecond], [2, 2, 1, 2]);
    assert.deepEqual(
      [...differences].map((difference) => difference.toFixed(3)),
      ['0.050', '0.400'],
    );
  });

  test('holds the first score of a source against its first, the second against the second', () => {
    const first = [score(1, 0.1), score(2, 0.3), score(1, 0.2), score(1, 0.9)];
    const second = [score(1, 0.11), score(1, 0.23), score(2, 0.3), score(2, 0.4)];
    const { pairs, onlyFirst, onlySecond, differences } = compare(first, second);
    assert.deepEqual([pairs, onlyFirst, onlySecond], [3, 1, 1]);
    assert.deepEqual(
      [...differences].map((difference) => difference.toFixed(3)),
      ['0.000', '0.010', '0.030'],
    );
  });

  test('puts each score into its bin, 1 into the last', () => {
    const { histograms, field } = compare(
      [score(1, 0), score(2, 0.05), score(3, 1)],
      [score(1, 1), score(2, 0.049), score(3, 1)],
    );
    assert.deepEqual([histograms[0][0], histograms[0][1], histograms[0][BINS - 1]], [1, 1, 1]);
    assert.deepEqual([histograms[1][0], histograms[1][1], histograms[1][BINS - 1]], [1, 0, 2]);
    assert.equal(field[0]?.at(-1), 1);
    assert.equal(
      field.flat().reduce((sum, scores) => sum + scores),
      3,
    );
    assert.equal(binOf(1.000001, BINS), BINS - 1);
  });

  test('finds the objects whose newest score crosses the threshold, widest apart first', () => {
    const first = [score(1, 0.9, 1, 61073.2), score(2, 0.1, 1, 61073.1), score(3, 0.49), score(4, 0.5), score(5, 0.8)];
    const second = [score(1, 0.8, 1, 61073.2), score(2, 0.9, 1, 61073.1), score(3, 0.5), score(4, 0.9), score(5, 0.2)];
    const { crossings } = compare(first, second);
    assert.deepEqual(
      crossings.map(({ diaSourceId, first, second }) => [Number(diaSourceId - 170046091000545381n), first, second]),
      [
        [5, 0.8, 0.2],
        [3, 0.49, 0.5],
      ],
    );
    assert.equal(compare(first, second, 0.95).crossings.length, 0);
  });

  test('takes the last score of a source for its object’s: of the newest stem, and the last one in it', () => {
    const comparing = new Comparing(0.5);
    comparing.add('20260422_041502', [score(1, 0.1), score(1, 0.9)], [score(1, 0.2), score(1, 0.4)]);
    comparing.add('20260422_041440', [score(1, 0.1)], [score(1, 0.7)]);
    const { objects, pairs, crossings, since } = comparing.end(false);
    assert.deepEqual([objects, pairs, since], [1, 3, '20260422_041440']);
    assert.deepEqual(
      crossings.map(({ first, second }) => [first, second]),
      [[0.9, 0.4]],
    );
  });

  test('names the objects that are widest apart, whatever the threshold', () => {
    const first = Array.from({ length: 30 }, (_, at) => score(at, 0.5));
    const second = Array.from({ length: 30 }, (_, at) => score(at, 0.5 + ((at * 7) % 30) / 100));
    const { widest } = compare(first, second, 0.99);
    assert.deepEqual(
      widest.map((pair) => Math.round((pair.second - pair.first) * 100)),
      Array.from({ length: 20 }, (_, at) => 29 - at),
    );
  });
});

test('a comparison that is limited reads the newest stems, until it has enough', async (t) => {
  const ledger = await newLedger(t);
  for (const stem of ['20260421_235959', '20260422_000001', '20260422_000002', '20260422_000003', '20260423_000000']) {
    await execute(ledger, `INSERT INTO feature_making (stem, r0b) VALUES ('${stem}', 1)`);
    for (const version of ['a1', 'a2'])
      await execute(
        ledger,
        `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
         VALUES (1, ${stem.slice(9)}, '${stem}', 0.5, 'r0b', '${version}'), (2, 7, '${stem}', 0.5, 'r0b', '${version}')`,
      );
  }
  const versions = [{ vra: 'r0b', version: 'a1' } as const, { vra: 'r0b', version: 'a2' } as const] as const;
  const asked = async (pairs: number, stems: number) => {
    const question = { from: '20260422', to: '20260422', threshold: 0.5, most: { pairs, stems } };
    const found = await comparisonOf(ledger.compared, ...versions, question);
    return [found.pairs, found.since, found.isLimited];
  };
  assert.deepEqual(await asked(3, 100), [4, '20260422_000002', true]);
  assert.deepEqual(await asked(100, 1), [2, '20260422_000003', true]);
  assert.deepEqual(await asked(6, 3), [6, '20260422_000001', false]);
});
