import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';

const OF = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 3 };
const AT = Date.UTC(2026, 2, 1);

describe('the position of a partition', () => {
  test('continues where another consumer of the group has stopped, and keeps that', (t) => {
    const { positions, verification } = newLedger(t);
    positions.advance(OF, 300n, 'f299');
    const turn = { before: 300n, after: 350n, reason: 'read_by_others', at: AT } as const;
    assert.ok(positions.turn(OF, turn, 'f349'));
    assert.deepEqual(positions.position(OF), { next: 350n, fingerprint: 'f349', readTo: 350n, marked: true });
    assert.deepEqual(verification.offsets.turns(OF), [{ ...turn, event: 0n }]);
    assert.deepEqual(verification.offsets.turns({ ...OF, partition: 4 }), []);
  });

  test('stays where it is if another replica was faster', (t) => {
    const { positions, verification } = newLedger(t);
    positions.advance(OF, 310n, 'f309');
    assert.equal(positions.turn(OF, { before: 300n, after: 350n, reason: 'read_by_others', at: AT }, 'f349'), false);
    assert.equal(positions.turn(OF, { before: 300n, after: 0n, reason: 'replaced', at: AT }), false);
    assert.equal(positions.position(OF)?.next, 310n);
    assert.deepEqual(verification.offsets.turns(OF), []);
  });

  test('is that of the previous group if the data folder gets another group name, and then moves by itself', (t) => {
    const { positions } = newLedger(t);
    positions.advance(OF, 300n, 'f299');
    const renamed = { ...OF, groupId: 'lvra-2' };
    positions.adopt(renamed);
    assert.deepEqual(positions.position(renamed), { next: 300n, fingerprint: 'f299', readTo: 300n, marked: true });
    positions.advance(OF, 310n, 'f309');
    positions.adopt(renamed);
    positions.adopt({ ...renamed, partition: 4 });
    assert.deepEqual(
      [positions.position(renamed)?.next, positions.position({ ...renamed, partition: 4 })],
      [300n, undefined],
    );
    assert.deepEqual(positions.groups(), ['lvra', 'lvra-2']);
  });

  test('is forgotten with the topic that it was of', (t) => {
    const { positions } = newLedger(t);
    positions.advance(OF, 300n, 'f299');
    assert.ok(positions.turn(OF, { before: 300n, after: 0n, reason: 'replaced', at: AT }));
    assert.equal(positions.position(OF), undefined);
  });

  test('of an earlier release has no mark in Kafka until one is recorded', (t) => {
    const { positions, database } = newLedger(t);
    positions.advance(OF, 300n, 'f299');
    database.prepare('UPDATE kafka_position SET marked = 0').run();
    positions.advance(OF, 310n, 'f309');
    assert.equal(positions.position(OF)?.marked, false);
    positions.recordMark(OF);
    assert.equal(positions.position(OF)?.marked, true);
  });

  test('is told from that of another data folder by its mark', (t) => {
    const [one, other] = [newLedger(t).positions.mark, newLedger(t).positions.mark];
    assert.match(one, /^lvra [0-9a-f]{16}$/);
    assert.notEqual(one, other);
  });
});
