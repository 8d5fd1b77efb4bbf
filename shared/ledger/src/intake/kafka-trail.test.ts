import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ledger } from '../ledger.js';
import { newLedger } from '../testing/ledgers.js';
import { changing } from '../testing/look-inside.js';
import { KafkaTrail } from './kafka-trail.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 3 };

describe('the trail of a partition', () => {
  test('keeps the newest, and fewer the older they are, in bounded room', async (t) => {
    const ledger = await newLedger(t);
    const trail = new KafkaTrail(Ledger.databaseOf(ledger));
    await changing(ledger, async (tx) => {
      for (let batch = 1n; batch <= 5_000n; batch++) {
        await trail.add(tx, [{ ...OF, offset: batch * 10n, fingerprint: `f${batch}` }]);
      }
    });
    const ages = (await trail.marks(OF)).map(({ offset }) => 5_000 - Number(offset) / 10);
    assert.deepEqual(ages.slice(-8), [7, 6, 5, 4, 3, 2, 1, 0]);
    assert.ok(ages.length <= 4 * Math.log2(5_000) + 8, `${ages.length} are kept`);
    // From one to the next older one it is never further than a quarter of the age and a step.
    for (const [index, age] of ages.entries()) {
      const older = ages[index - 1];
      if (older !== undefined) assert.ok(older - age <= Math.max(1, older / 4 + 1), `${older} and then ${age}`);
    }
  });

  test('is cut where the topic was, and continues from there; other partitions have their own', async (t) => {
    const ledger = await newLedger(t);
    const trail = new KafkaTrail(Ledger.databaseOf(ledger));
    const other = { ...OF, partition: 4 };
    await changing(ledger, async (tx) => {
      await trail.add(tx, [
        { ...OF, offset: 9n, fingerprint: 'f9' },
        { ...other, offset: 99n, fingerprint: 'other' },
      ]);
      for (const offset of [19n, 29n]) await trail.add(tx, [{ ...OF, offset, fingerprint: `f${offset}` }]);
      await trail.cut(tx, OF, 19n);
      await trail.add(tx, [{ ...OF, offset: 24n, fingerprint: 'new' }]);
    });
    assert.deepEqual(await trail.marks(OF), [
      { offset: 9n, fingerprint: 'f9' },
      { offset: 24n, fingerprint: 'new' },
    ]);
    assert.equal((await trail.marks(other)).length, 1);
  });
});
