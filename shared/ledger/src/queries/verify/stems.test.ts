import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLedger } from '../../testing/ledgers.js';

test('of a stem that has a name alone there are no other facts', async (t) => {
  const { batches, verification } = await newLedger(t);
  const stem = await batches.reserveStem('me', new Date(Date.UTC(2026, 2, 1)));
  const facts = await verification.stems.facts(stem);
  assert.equal(facts.batch?.registered, false);
  assert.equal(facts.status('feature', 'r0b'), undefined);
});
