import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askErfa } from '../testing/erfa.js';
import { tnsDateOf } from './date.js';
import { mjdUtcOf } from './leap-seconds.js';

/** MJD in UTC of a date of TNS's. */
function mjdOf(date: string): number {
  const [, day = '', fraction = ''] = /^(\d{4}-\d{2}-\d{2})(\.\d{5})$/.exec(date) ?? [];
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 40_587 + Number(fraction);
}

/**
 * Times all over Rubin's years and the years before, and both sides of every leap second since 1999; not the day that
 * ends with one, whose fractions ERFA stretches over 86,401 s.
 */
const TIMES = [
  ...Array.from({ length: 2_000 }, (_, i) => 60_900 + i * 2.137_918_3),
  ...Array.from({ length: 400 }, (_, i) => 41_318 + i * 48.913),
  ...[51_179, 53_736, 54_832, 56_109, 57_204, 57_754].flatMap((day) => [day - 1.01, day + 0.01]),
  61_029.346_312_151_8,
];

const CONVERT = `
import erfa, json, sys
times = json.loads(sys.argv[1])
pairs = [erfa.taiutc(2400000.5, time) for time in times]
print(json.dumps([(float(a) - 2400000.5) + float(b) for a, b in pairs]))`;

describe('dates', () => {
  const expected = askErfa<number[]>({ text: CONVERT }, JSON.stringify(TIMES));

  test('agree with ERFA from 1972 on, to 1e-5 day as written and to a millisecond before', () => {
    for (const [index, time] of TIMES.entries()) {
      const mjd = expected[index] ?? Number.NaN;
      assert.ok(Math.abs(mjdUtcOf(time) - mjd) < 1e-8, `MJD ${time}: ${mjdUtcOf(time)}, ERFA says ${mjd}`);
      // A written date is rounded by half of 1e-5 day at most.
      assert.ok(Math.abs(mjdOf(tnsDateOf(time)) - mjd) <= 0.5e-5 + 1e-8, `MJD ${time}: ${tnsDateOf(time)}`);
    }
  });

  test('the leap seconds are those of ERFA, every one', () => {
    const days = askErfa<[number, number, number][]>({
      text: `
import erfa, json
table = erfa.leap_seconds.get()
print(json.dumps([[int(row['year']), int(row['month']), float(row['tai_utc'])] for row in table if row['year'] >= 1972]))`,
    });
    assert.ok(days.length >= 28);
    for (const [year, month, seconds] of days) {
      const mjdUtc = Date.UTC(year, month - 1, 1) / 86_400_000 + 40_587;
      const mjdTai = mjdUtc + seconds / 86_400;
      assert.ok(Math.abs(mjdUtcOf(mjdTai + 1e-9) - mjdUtc) < 1e-8, `${year}-${month}`);
    }
  });

  test('a date that is rounded up to midnight is of the next day', () => {
    // 2026-01-01 minus 0.3 s.
    assert.equal(tnsDateOf(61_041 + 36.7 / 86_400), '2026-01-01.00000');
    assert.equal(tnsDateOf(61_041 + (37 - 0.864) / 86_400), '2025-12-31.99999');
  });

  test('there is no UTC before 1972', () => {
    assert.throws(() => tnsDateOf(0), RangeError);
    assert.throws(() => tnsDateOf(Number.NaN), RangeError);
  });
});
