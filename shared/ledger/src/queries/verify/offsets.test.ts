import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newLedger } from '../../testing/ledgers.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 0 };
const AT = Date.UTC(2026, 2, 1, 10, 24, 48);

describe('the course of a partition', () => {
  const made = (t: Parameters<typeof newLedger>[0]) => {
    const { batches, positions, verification } = newLedger(t);
    const register = (first: bigint, next: bigint) => {
      const stem = batches.reserveStem('me', new Date(AT));
      batches.register({
        ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: [], bytes: 0, quarantined: [], now: AT },
        ...{ receivedMs: new Float64Array(), groupId: OF.groupId },
        ranges: [{ topic: OF.topic, partition: OF.partition, first, next, fingerprint: `f${next}` }],
      });
    };
    return { positions, register, course: () => verification.offsets.course(OF) };
  };

  test('has no fault if turns lead from range to range, also several in a row', (t) => {
    const { positions, register, course } = made(t);
    register(0n, 300n);
    positions.turn(OF, { before: 300n, after: 320n, reason: 'read_by_others', at: AT });
    positions.turn(OF, { before: 320n, after: 350n, reason: 'read_by_others', at: AT });
    register(350n, 390n);
    positions.turn(OF, { before: 390n, after: 400n, reason: 'read_by_others', at: AT });
    const { faults, turns, end } = course();
    assert.deepEqual([faults, turns.length, end], [[], 3, 400n]);
  });

  test('may begin anywhere after a topic was replaced, also if the new one has grown to the old position', (t) => {
    const { positions, register, course } = made(t);
    register(0n, 300n);
    positions.turn(OF, { before: 300n, after: 5n, reason: 'replaced', at: AT });
    register(7n, 20n);
    positions.turn(OF, { before: 20n, after: 300n, reason: 'replaced', at: AT });
    register(300n, 310n);
    positions.turn(OF, { before: 310n, after: 320n, reason: 'read_by_others', at: AT });
    register(320n, 330n);
    assert.deepEqual([course().faults, course().end], [[], 330n]);
  });

  test('has a hole and an overlap if no turn says why', (t) => {
    const { positions, register, course } = made(t);
    register(0n, 300n);
    positions.advance(OF, 350n, 'f');
    register(350n, 390n);
    positions.advance(OF, 380n, 'f');
    register(380n, 400n);
    assert.deepEqual(
      course().faults.map(({ kind, from, after }) => [kind, from, after.first]),
      [
        ['gap', 300n, 350n],
        ['overlap', 390n, 380n],
      ],
    );
  });
});
