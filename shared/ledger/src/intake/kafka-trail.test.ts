import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';
import { KafkaTrail } from './kafka-trail.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 3 };

describe('the trail of a partition', () => {
  test('keeps the newest, and fewer the older they are, in bounded room', (t) => {
    const trail = new KafkaTrail(newLedger(t).database);
    for (let batch = 1n; batch <= 5_000n; batch++) trail.add(OF, { offset: batch * 10n, fingerprint: `f${batch}` });
    const ages = trail.marks(OF).map(({ offset }) => 5_000 - Number(offset) / 10);
    assert.deepEqual(ages.slice(-8), [7, 6, 5, 4, 3, 2, 1, 0]);
    assert.ok(ages.length <= 4 * Math.log2(5_000) + 8, `${ages.length} are kept`);
    // From one to the next older one it is never further than a quarter of the age and a step.
    for (const [index, age] of ages.entries()) {
      const older = ages[index - 1];
      if (older !== undefined) assert.ok(older - age <= Math.max(1, older / 4 + 1), `${older} and then ${age}`);
    }
  });

  test('is cut where the topic was, and continues from there; other partitions have their own', (t) => {
    const trail = new KafkaTrail(newLedger(t).database);
    for (const offset of [9n, 19n, 29n]) trail.add(OF, { offset, fingerprint: `f${offset}` });
    trail.add({ ...OF, partition: 4 }, { offset: 99n, fingerprint: 'other' });
    trail.cut(OF, 19n);
    trail.add(OF, { offset: 24n, fingerprint: 'new' });
    assert.deepEqual(trail.marks(OF), [
      { offset: 9n, fingerprint: 'f9' },
      { offset: 24n, fingerprint: 'new' },
    ]);
    assert.equal(trail.marks({ ...OF, partition: 4 }).length, 1);
  });
});
