import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { addStem, newLedger } from '../testing/ledgers.js';
import { groupIdOf } from './kafka-group-id.js';

const OF = { topic: 'lasair_18lvra-fodder', partition: 0 };

describe('the group that a data folder is read as', () => {
  test('is that of the settings if they name one', (t) => {
    assert.equal(groupIdOf({ groupId: 'idac-prod', groupPrefix: 'idac-' }, newLedger(t)), 'idac-prod');
  });

  test('is one that no other data folder has, below the prefix of the account', (t) => {
    const [one, other] = [newLedger(t), newLedger(t)];
    assert.match(groupIdOf({}, one), /^lvra_[0-9a-f]{16}$/);
    assert.equal(groupIdOf({}, one), groupIdOf({}, one));
    assert.notEqual(groupIdOf({}, one), groupIdOf({}, other));
    assert.equal(groupIdOf({ groupPrefix: 'idac-' }, one), `idac-${groupIdOf({}, one)}`);
  });

  test('stays that which it was read as; of several one has to be written', (t) => {
    const ledger = newLedger(t);
    ledger.positions.advance({ groupId: 'prod', ...OF }, 5n, 'f');
    addStem(ledger, '20260301_102448', 1, 1, 1);
    assert.equal(groupIdOf({}, ledger), 'prod');
    ledger.positions.advance({ groupId: 'other', ...OF }, 7n, 'f');
    assert.throws(() => groupIdOf({}, ledger), { name: UsageError.name, message: /was read as other and prod: write/ });
  });

  test('has to be set if the Python pipeline, which had its own, has worked there', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, '20260301_102448', 1, 1, 1);
    assert.throws(() => groupIdOf({}, ledger), { name: UsageError.name, message: /write its group_id \(prod in/ });
  });
});
