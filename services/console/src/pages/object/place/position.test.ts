import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sexagesimal } from './position.js';

// By hand: 15 degrees are an hour, and a degree has 60 minutes of 60 seconds.
const KNOWN: readonly (readonly [ra: number, decl: number, text: string])[] = [
  [150.1, -30.2, '10:00:24.00 -30:12:00.0'],
  [0, 0, '00:00:00.00 +00:00:00.0'],
  [83.633083, 22.0145, '05:34:31.94 +22:00:52.2'],
  [359.999999, -0.000278, '00:00:00.00 -00:00:01.0'],
  [14.9999999, 59.99999999, '01:00:00.00 +60:00:00.0'],
  [180, -89.99999, '12:00:00.00 -90:00:00.0'],
];

for (const [ra, decl, text] of KNOWN) {
  test(`${ra} ${decl} is ${text}`, () => {
    const found = sexagesimal(ra, decl);
    assert.equal(`${found.ra} ${found.decl}`, text);
  });
}
