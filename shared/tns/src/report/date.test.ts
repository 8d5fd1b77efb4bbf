import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askErfa } from '../testing/erfa.js';
import { tnsDateOf } from './date.js';

/** MJD in UTC of a date of TNS's. */
function mjdOf(date: string): number {
  const [, day = '', fraction = ''] = /^(\d{4}-\d{2}-\d{2})(\.\d{5})$/.exec(date) ?? [];
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 40_587 + Number(fraction);
}

/** Times all over Rubin's years, and from just after the last leap second on. */
const TIMES = [57_754.01, ...Array.from({ length: 2_000 }, (_, i) => 60_900 + i * 2.137_918_3), 61_029.346_312_151_8];

const CONVERT = `
import erfa, json, sys
times = json.loads(sys.argv[1])
pairs = [erfa.taiutc(2400000.5, time) for time in times]
print(json.dumps([(float(a) - 2400000.5) + float(b) for a, b in pairs]))`;

describe('dates', () => {
  const expected = askErfa<number[]>({ text: CONVERT }, JSON.stringify(TIMES));

  test('agree with ERFA to 1e-5 day', () => {
    for (const [index, time] of TIMES.entries()) {
      const mjd = expected[index] ?? Number.NaN;
      // A written date is rounded by half of 1e-5 day at most.
      assert.ok(Math.abs(mjdOf(tnsDateOf(time)) - mjd) <= 0.5e-5 + 1e-8, `MJD ${time}: ${tnsDateOf(time)}`);
    }
  });

  test('the last leap second is the last one that ERFA knows', () => {
    const last = askErfa<number[]>({
      text: `
import erfa, json
print(json.dumps([float(value) for value in erfa.leap_seconds.get()[-1]]))`,
    });
    assert.deepEqual(last, [2017, 1, 37]);
  });

  test('a date that is rounded up to midnight is of the next day', () => {
    // 2026-01-01 minus 0.3 s.
    assert.equal(tnsDateOf(61_041 + 36.7 / 86_400), '2026-01-01.00000');
    assert.equal(tnsDateOf(61_041 + (37 - 0.864) / 86_400), '2025-12-31.99999');
  });

  test('what is no time has no date', () => {
    assert.throws(() => tnsDateOf(Number.NaN), RangeError);
  });
});
