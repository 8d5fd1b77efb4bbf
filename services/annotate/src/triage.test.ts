import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Score } from '@lvra/ledger';
import { triageScores } from './triage.js';

const VRA = { topic: 'r0b_lvra', explanation: '', url: '', refusedVersion: 'demo' };
const SCORE: Score = {
  id: 1n,
  diaObjectId: 313637921267122191n,
  diaSourceId: 170046091000545381n,
  score: 0.4,
  modelVersion: 'a1',
  flags: undefined,
  receivedMs: 5,
  isSuperseded: false,
  history: [],
};

async function outcomeOf(change: Partial<Score>, lowestScore?: number, isAnnotated = false) {
  const scores = [{ ...SCORE, ...change }];
  const { sendable, outcomes } = await triageScores(
    { scores, seen: 1n },
    '20260202_102448',
    { ...VRA, lowestScore },
    async (ids) => {
      assert.deepEqual([...new Set(ids)].slice(1), []);
      return new Set(isAnnotated ? ids : []);
    },
  );
  assert.equal(sendable.length + outcomes.size, 1);
  return sendable.length === 1 ? 'sent' : outcomes.get(1n)?.outcome;
}

describe('a score', () => {
  for (const [name, change, lowest, isAnnotated, expected] of [
    ['is sent', {}, undefined, false, 'sent'],
    ['that is not the newest of its object is superseded', { isSuperseded: true }, undefined, false, 'superseded'],
    [
      'that is not the newest is superseded, sendable or not',
      { isSuperseded: true, score: null },
      undefined,
      false,
      'superseded',
    ],
    ['below the lowest is not sent', {}, 0.5, false, 'below_lowest'],
    ['below the lowest is sent if Lasair may hold an older one', {}, 0.5, true, 'sent'],
    ['equal to the lowest is sent', {}, 0.4, false, 'sent'],
    ['of zero is sent if there is no lowest', { score: 0 }, undefined, false, 'sent'],
    ['too small for a double’s digits is sent', { score: 3e-90 }, undefined, false, 'sent'],
    ['without a score is refused', { score: null }, undefined, false, 'refused'],
    ['that is infinite is refused', { score: Number.POSITIVE_INFINITY }, undefined, false, 'refused'],
    ['that is text is refused', { score: 'high' as never }, undefined, false, 'refused'],
    ['of 78 digits is refused', { score: 1e77 }, undefined, false, 'refused'],
    ['without an object is refused', { diaObjectId: null }, undefined, false, 'refused'],
    ['of the object 0 is refused', { diaObjectId: 0n }, undefined, false, 'refused'],
    ['whose object is text is refused', { diaObjectId: 'x' as never }, undefined, false, 'refused'],
    ['without a source is refused', { diaSourceId: null }, undefined, false, 'refused'],
    ['without a version is refused', { modelVersion: null }, undefined, false, 'refused'],
    ['whose version is not ASCII is refused', { modelVersion: 'a1é' }, undefined, false, 'refused'],
    ['that is no number is refused', { score: Number.NaN }, 0.5, false, 'refused'],
    ['of the version that must not stand at Lasair is refused', { modelVersion: 'demo' }, 0.5, true, 'refused'],
    ['whose version Lasair cannot store is refused', { modelVersion: "a'1" }, undefined, false, 'refused'],
    ['whose version is too long is refused', { modelVersion: 'r0b_a1_N411_LR01p1' }, undefined, false, 'refused'],
    ['whose version breaks classdict alone is refused', { modelVersion: 'a"1' }, undefined, false, 'refused'],
  ] as const) {
    test(name, async () => assert.equal(await outcomeOf(change, lowest, isAnnotated), expected));
  }
});
