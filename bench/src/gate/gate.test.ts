import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compare } from './comparison.js';
import { confirmed, dearerIn, type GateRatios, gateRatios, judge } from './gate.js';
import type { Round, StageCpu } from './rounds.js';

const CPU = { consumer: 0.3, feature: 0.2, predict: 0.05, annotate: 0.1 };
const round = (change: Partial<StageCpu> = {}, slowness = 1): Round => {
  const stages = Object.entries({ ...CPU, ...change }).map(([stage, cpu]) => [stage, cpu * slowness]);
  return { stages: Object.fromEntries(stages), jsonParse: 0.1 * slowness };
};

const times = (count: number, make: (place: number) => Round): Round[] =>
  Array.from({ length: count }, (_, i) => make(i));
const committed: GateRatios = { consumer: 3, feature: 2, predict: 0.5, annotate: 1, all: 6.5 };

describe('the gate', () => {
  test('ratios are those of all CPU to that of the floor, whatever the machine does', () => {
    const ratios = gateRatios([round({}, 1), round({}, 7), round({}, 0.5)]);
    for (const [name, ratio] of Object.entries(committed)) {
      assert.equal(ratios[name as keyof GateRatios].toFixed(9), ratio.toFixed(9));
    }
  });

  const verdict = (count: number, change: Partial<StageCpu> = {}) => {
    const { is } = judge(
      times(count, () => round(change)),
      committed,
    );
    return is;
  };

  test('what costs as much as before, or less, passes at the first look', () => {
    assert.equal(verdict(7), 'unsure');
    assert.equal(verdict(8), 'passed');
    assert.equal(verdict(8, { consumer: 0.1 }), 'passed');
    assert.equal(verdict(8, { feature: 0.228 }), 'passed');
  });

  test('a stage that is 16 % dearer is worse, but only after all rounds', () => {
    const slow = () => round({ annotate: 0.116 });
    assert.deepEqual(judge(times(8, slow), committed), { is: 'unsure' });
    const last = judge(times(16, slow), committed);
    assert.ok(last.is === 'worse');
    assert.deepEqual(
      last.worse.map(({ name, committed }) => [name, committed]),
      [['annotate', 1]],
    );
  });

  test('bad rounds at the beginning are made good by those that follow', () => {
    const rounds = times(8, (place) => round({ predict: place < 3 ? 0.08 : 0.05 }));
    assert.deepEqual(judge(rounds, committed), { is: 'unsure' });
    assert.deepEqual(judge([...rounds, ...times(8, () => round())], committed), { is: 'passed' });
  });

  test('all four together can be worse though no stage is by itself', () => {
    const dear = { consumer: 0.343, feature: 0.229, predict: 0.057, annotate: 0.114 };
    assert.equal(verdict(16, dear), 'passed');
    const strict = judge(
      times(16, () => round(dear)),
      { ...committed, all: 6 },
    );
    assert.deepEqual(strict.is === 'worse' && strict.worse.map(({ name }) => name), ['all']);
  });

  test('what is worse fails only if it also costs more than in the other commit', () => {
    const compared = compare([{ base: CPU, here: { ...CPU, annotate: 0.12 } }]);
    const worse = (['feature', 'annotate', 'all'] as const).map((name) => ({ name, committed: 1, measured: 1.2 }));
    assert.deepEqual(
      confirmed(worse, compared).map(({ name }) => name),
      ['annotate'],
    );
  });

  test('a median that is dearer is noise where over a quarter of the pairs are cheaper', () => {
    const pairs = (cheap: number) =>
      Array.from({ length: 16 }, (_, place) => ({
        base: CPU,
        here: { ...CPU, annotate: place < cheap ? 0.09 : 0.12 },
      }));
    assert.deepEqual(
      dearerIn(compare(pairs(3))).map(({ name }) => name),
      ['annotate'],
    );
    assert.deepEqual(dearerIn(compare(pairs(5))), []);
  });
});
