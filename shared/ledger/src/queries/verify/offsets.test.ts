import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newLedger } from '../../testing/ledgers.js';
import { changing, execute } from '../../testing/look-inside.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 0 };
const AT = Date.UTC(2026, 2, 1, 10, 24, 48);

describe('the course of a partition', () => {
  const made = async (t: Parameters<typeof newLedger>[0]) => {
    const ledger = await newLedger(t);
    const { batches, positions, verification } = ledger;
    const advance = (next: bigint) => changing(ledger, (tx) => positions.advance(tx, OF, next, 'f'));
    const register = async (first: bigint, next: bigint) => {
      const stem = await batches.reserveStem('me', new Date(AT));
      await batches.register({
        ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: [], bytes: 0, quarantined: [], now: AT },
        ...{ receivedMs: new Float64Array(), groupId: OF.groupId },
        ranges: [{ topic: OF.topic, partition: OF.partition, first, next, fingerprint: `f${next}` }],
      });
    };
    return { positions, advance, register, course: () => verification.offsets.course(OF) };
  };

  test('has no fault if turns lead from range to range, also several in a row', async (t) => {
    const { positions, register, course } = await made(t);
    await register(0n, 300n);
    await positions.turn(OF, { before: 300n, after: 320n, reason: 'read_by_others', at: AT });
    await positions.turn(OF, { before: 320n, after: 350n, reason: 'read_by_others', at: AT });
    await register(350n, 390n);
    await positions.turn(OF, { before: 390n, after: 400n, reason: 'read_by_others', at: AT });
    const { faults, turns, end } = await course();
    assert.deepEqual([faults, turns.length, end], [[], 3, 400n]);
  });

  test('may begin anywhere after a topic was replaced, also if the new one has grown to the old position', async (t) => {
    const { positions, register, course } = await made(t);
    await register(0n, 300n);
    await positions.turn(OF, { before: 300n, after: 5n, reason: 'replaced', at: AT });
    await register(7n, 20n);
    await positions.turn(OF, { before: 20n, after: 300n, reason: 'replaced', at: AT });
    await register(300n, 310n);
    await positions.turn(OF, { before: 310n, after: 320n, reason: 'read_by_others', at: AT });
    await register(320n, 330n);
    const { faults, end } = await course();
    assert.deepEqual([faults, end], [[], 330n]);
  });

  test('has a hole and an overlap if no turn says why', async (t) => {
    const { advance, register, course } = await made(t);
    await register(0n, 300n);
    await advance(350n);
    await register(350n, 390n);
    await advance(380n);
    await register(380n, 400n);
    assert.deepEqual(
      (await course()).faults.map(({ kind, from, after }) => [kind, from, after.first]),
      [
        ['gap', 300n, 350n],
        ['overlap', 390n, 380n],
      ],
    );
  });

  test('is followed to its end, however many ranges there are', async (t) => {
    const ledger = await newLedger(t);
    const numbers = 'WITH RECURSIVE range (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM range WHERE n < 5000)';
    // Each begins where the one before ends, but for the last.
    await execute(
      ledger,
      `INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset)
       ${numbers} SELECT 'stem ' || n, @groupId, @topic, 0, n * 2 + CASE n WHEN 5000 THEN 1 ELSE 0 END, n * 2 + 2 FROM range`,
      { groupId: OF.groupId, topic: OF.topic },
    );
    await execute(
      ledger,
      `INSERT INTO stem_event (stem, stage, vra, at, status, rows)
       ${numbers} SELECT 'stem ' || n, 'consumer', '', 0, 1, 2 FROM range`,
    );
    const { faults, last, end } = await ledger.verification.offsets.course(OF);
    assert.deepEqual(
      faults.map(({ kind, from, after }) => [kind, from, after.stem]),
      [['gap', 10_000n, 'stem 5000']],
    );
    assert.deepEqual([last?.stem, end], ['stem 5000', 10_002n]);
  });
});
