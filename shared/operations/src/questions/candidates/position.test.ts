import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runPython } from '@lvra/core/testing/python';
import { separation } from './cone.js';
import { positionOf } from './position.js';

describe('a position', () => {
  const near = (text: string, ra: number, decl: number, radius?: number) => {
    const position = positionOf(text);
    assert.ok(position, text);
    assert.ok(
      Math.abs(position.ra - ra) < 1e-9 && Math.abs(position.decl - decl) < 1e-9,
      `${text}: ${JSON.stringify(position)}`,
    );
    assert.equal(position.radius, radius, text);
  };

  test('is written in degrees or sexagesimal, with or without a radius', () => {
    near('150.1 -30.2', 150.1, -30.2);
    near(' 150.1,-30.2 , 60', 150.1, -30.2, 60);
    near("150.1 −30.2 2'", 150.1, -30.2, 120);
    near('0 +90 1d', 0, 90, 3600);
    near('10:00:24.0 -30:12:00', 150.1, -30.2);
    near('10 00 24.0 -30 12 00 5', 150.1, -30.2, 5);
    near('10h00m24s -30d12m00s 5"', 150.1, -30.2, 5);
    // Half a degree south: the sign of a zero counts.
    near('23:59:59 -00:30:00', 15 * (23 + 59 / 60 + 59 / 3600), -0.5);
  });

  test('is not what lies nowhere or is no number', () => {
    for (const text of [
      '',
      '150',
      '360 0',
      '-1 0',
      '10 91',
      '10:60:00 0',
      '1e2 3',
      '10 20 30 40',
      '10 20 -5',
      'a b',
      '24:00:00 0',
    ])
      assert.equal(positionOf(text), undefined, text);
  });
});

test('a separation is that of the vectors to both places, at the poles and across 0 h too', () => {
  const pairs = [
    [0.0001, 0, 359.9999, 0],
    [359.99, 60, 0.01, 60.001],
    [10, 90, 200, 89.999],
    [10, -89.9999, 190, -89.9999],
    [150.1, -30.2, 150.1001, -30.2001],
    [150.1, -30.2, 150.1, -30.2],
    [0, 0, 180, 0],
  ] as const;
  const expected = runPython(
    `
import json, math, sys
def vector(ra, dec):
    ra, dec = math.radians(ra), math.radians(dec)
    return (math.cos(dec) * math.cos(ra), math.cos(dec) * math.sin(ra), math.sin(dec))
for a, b, c, d in json.load(sys.stdin):
    u, v = vector(a, b), vector(c, d)
    cross = (u[1]*v[2]-u[2]*v[1], u[2]*v[0]-u[0]*v[2], u[0]*v[1]-u[1]*v[0])
    print(math.degrees(math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(u, v)))) * 3600)`,
    JSON.stringify(pairs),
  );
  const lines = expected.trim().split('\n');
  assert.equal(lines.length, pairs.length);
  for (const [at, [ra, decl, ofRa, ofDecl]] of pairs.entries()) {
    const found = separation({ ra, decl }, ofRa, ofDecl);
    assert.ok(Math.abs(found - Number(lines[at])) < 1e-6, `${pairs[at]}: ${found}, not ${lines[at]}`);
  }
});
