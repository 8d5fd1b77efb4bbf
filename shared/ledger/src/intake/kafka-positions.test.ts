import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../ledger.js';
import { newLedger } from '../testing/ledgers.js';
import { changing, execute } from '../testing/look-inside.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 3 };
const AT = Date.UTC(2026, 2, 1);

const advance = (ledger: Ledger, next: bigint, fingerprint: string) =>
  changing(ledger, (tx) => ledger.positions.advance(tx, OF, next, fingerprint));

describe('the position of a partition', () => {
  test('continues where another consumer of the group has stopped, and keeps that', async (t) => {
    const ledger = await newLedger(t);
    const { positions, verification } = ledger;
    await advance(ledger, 300n, 'f299');
    const turn = { before: 300n, after: 350n, reason: 'read_by_others', at: AT } as const;
    assert.ok(await positions.turn(OF, turn, 'f349'));
    assert.deepEqual(await positions.position(OF), { next: 350n, fingerprint: 'f349', readTo: 350n, marked: true });
    assert.deepEqual(await verification.offsets.turns(OF), [{ ...turn, event: 0n }]);
    assert.deepEqual(await verification.offsets.turns({ ...OF, partition: 4 }), []);
  });

  test('stays where it is if another replica was faster', async (t) => {
    const ledger = await newLedger(t);
    const { positions, verification } = ledger;
    await advance(ledger, 310n, 'f309');
    assert.equal(
      await positions.turn(OF, { before: 300n, after: 350n, reason: 'read_by_others', at: AT }, 'f349'),
      false,
    );
    assert.equal(await positions.turn(OF, { before: 300n, after: 0n, reason: 'replaced', at: AT }), false);
    assert.equal((await positions.position(OF))?.next, 310n);
    assert.deepEqual(await verification.offsets.turns(OF), []);
  });

  test('is that of the previous group if the data folder gets another group name, and then moves by itself', async (t) => {
    const ledger = await newLedger(t);
    const { positions } = ledger;
    await advance(ledger, 300n, 'f299');
    const renamed = { ...OF, groupId: 'lvra-2' };
    await positions.adopt(renamed);
    assert.deepEqual(await positions.position(renamed), {
      next: 300n,
      fingerprint: 'f299',
      readTo: 300n,
      marked: true,
    });
    await advance(ledger, 310n, 'f309');
    await positions.adopt(renamed);
    await positions.adopt({ ...renamed, partition: 4 });
    assert.deepEqual(
      [(await positions.position(renamed))?.next, await positions.position({ ...renamed, partition: 4 })],
      [300n, undefined],
    );
    assert.deepEqual(await positions.groups(), ['lvra', 'lvra-2']);
  });

  test('is forgotten with the topic that it was of', async (t) => {
    const ledger = await newLedger(t);
    const { positions } = ledger;
    await advance(ledger, 300n, 'f299');
    assert.ok(await positions.turn(OF, { before: 300n, after: 0n, reason: 'replaced', at: AT }));
    assert.equal(await positions.position(OF), undefined);
  });

  test('of an earlier release has no mark in Kafka until one is recorded', async (t) => {
    const ledger = await newLedger(t);
    const { positions } = ledger;
    await advance(ledger, 300n, 'f299');
    await execute(ledger, 'UPDATE kafka_position SET marked = 0');
    await advance(ledger, 310n, 'f309');
    assert.equal((await positions.position(OF))?.marked, false);
    await positions.recordMark(OF);
    assert.equal((await positions.position(OF))?.marked, true);
  });

  test('is told from that of another data folder by its mark', async (t) => {
    const [one, other] = [(await newLedger(t)).positions.mark, (await newLedger(t)).positions.mark];
    assert.match(one, /^lvra [0-9a-f]{16}$/);
    assert.notEqual(one, other);
  });
});
