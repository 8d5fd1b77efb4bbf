import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorOf, sourceId } from './source-ids.js';
import { Survey } from './survey.js';

const SEED = 1;
const visit = new Survey(SEED, 61073.03).visitAt(0);
const idOf = (serial: number) => sourceId(1, serial, visit, detectorOf(SEED, serial, visit));

test('an id holds night, exposure and detector where those of Rubin have them', () => {
  const id = idOf(7);
  assert.equal(id >> 57n, 1n);
  assert.equal((id >> 42n) & 0x7fffn, BigInt(visit.night - 55197));
  assert.equal((id >> 27n) & 0x7fffn, BigInt(visit.sequence));
  assert.equal((id >> 19n) & 0xffn, BigInt(detectorOf(SEED, 7, visit)));
});

test('no two objects have the same id on one visit', () => {
  const ids = new Set(Array.from({ length: 100_000 }, (_, serial) => idOf(serial)));
  assert.equal(ids.size, 100_000);
});

test('objects beyond the 19 bits of the count do not meet the first ones', () => {
  for (let serial = 0; serial < 2000; serial++) {
    const round = Array.from({ length: 5 }, (_, turn) => idOf(serial + turn * 2 ** 19));
    assert.equal(new Set(round).size, 5, `serial ${serial}`);
  }
});
