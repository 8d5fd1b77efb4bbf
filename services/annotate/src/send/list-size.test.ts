import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextListSize } from './list-size.js';

const LIMITS = { first: 100, smallest: 10, largest: 1000, slowMs: 5000 };
const CALM = { tookMs: 50, scores: 1000, waiting: 1000, perHour: 0, callsLeft: 4000, callsPerHour: 4500 };

describe('the next list', () => {
  for (const [name, size, traffic, expected] of [
    ['stays as it is while all is well', 100, {}, 100],
    ['is twice as long when what waits needs half of the calls left', 100, { waiting: 200_100 }, 200],
    ['is not longer just below that', 100, { waiting: 200_000, tookMs: 250 }, 100],
    ['is twice as long for a backlog if calls are fast', 100, { waiting: 2_001 }, 200],
    ['is not longer for what two stems have', 100, { waiting: 2_000 }, 100],
    ['is not longer for a backlog if calls are not that fast', 100, { waiting: 2_001, tookMs: 250 }, 100],
    ['is not shorter while half as much would be', 400, { waiting: 4_001 }, 400],
    ['is twice as long when the pace would use up the hour', 100, { perHour: 900_000 }, 200],
    ['is long enough for the pace at 250 a second', 200, { perHour: 900_000 }, 400],
    ['is no longer than that', 400, { perHour: 900_000 }, 400],
    ['counts the list that a stem does not fill', 100, { perHour: 360_000, scores: 240 }, 200],
    ['takes whole stems if three VRAs send one every 2.4 s', 400, { perHour: 2_700_000, scores: 600 }, 800],
    ['is twice as long when hardly a call is left', 100, { callsLeft: 10 }, 200],
    ['is never longer than the largest', 800, { waiting: 10_000_000 }, 1000],
    ['is shorter again when the budget is not short any more', 800, {}, 400],
    ['goes no further down than the first', 150, {}, 100],
    ['is not shorter while half as much would be short', 200, { perHour: 500_000 }, 200],
    ['is half as long after a slow call', 100, { tookMs: 5001 }, 50],
    [
      'is half as long after a slow call, also when the budget is short',
      400,
      { tookMs: 9000, waiting: 10_000_000 },
      200,
    ],
    ['is never shorter than the smallest', 15, { tookMs: 60_000 }, 10],
    ['stays short while calls are not quick', 50, { tookMs: 2000 }, 50],
    ['is longer again when calls are quick', 50, { tookMs: 200 }, 100],
    ['grows back to the first at most', 80, { tookMs: 200 }, 100],
  ] as const) {
    test(name, () => assert.equal(nextListSize(size, LIMITS, { ...CALM, ...traffic }), expected));
  }
});
