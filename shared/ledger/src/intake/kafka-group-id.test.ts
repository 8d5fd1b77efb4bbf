import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { addStem, newLedger } from '../testing/ledgers.js';
import { changing } from '../testing/look-inside.js';
import { groupIdOf } from './kafka-group-id.js';

const OF = { topic: 'lasair_18lvra-fodder', partition: 0 };

describe('the group that a data folder is read as', () => {
  test('is that of the settings if they name one', async (t) => {
    assert.equal(await groupIdOf({ groupId: 'idac-prod', groupPrefix: 'idac-' }, await newLedger(t)), 'idac-prod');
  });

  test('is one that no other data folder has, below the prefix of the account', async (t) => {
    const [one, other] = [await newLedger(t), await newLedger(t)];
    assert.match(await groupIdOf({}, one), /^lvra_[0-9a-f]{16}$/);
    assert.equal(await groupIdOf({}, one), await groupIdOf({}, one));
    assert.notEqual(await groupIdOf({}, one), await groupIdOf({}, other));
    assert.equal(await groupIdOf({ groupPrefix: 'idac-' }, one), `idac-${await groupIdOf({}, one)}`);
  });

  test('stays that which it was read as; of several one has to be written', async (t) => {
    const ledger = await newLedger(t);
    const { positions } = ledger;
    await changing(ledger, (tx) => positions.advance(tx, { groupId: 'prod', ...OF }, 5n, 'f'));
    await addStem(ledger, '20260301_102448', 1, 1, 1);
    assert.equal(await groupIdOf({}, ledger), 'prod');
    await changing(ledger, (tx) => positions.advance(tx, { groupId: 'other', ...OF }, 7n, 'f'));
    await assert.rejects(groupIdOf({}, ledger), {
      name: UsageError.name,
      message: /was read as other and prod: write/,
    });
  });

  test('has to be set if the Python pipeline, which had its own, has worked there', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, '20260301_102448', 1, 1, 1);
    await assert.rejects(groupIdOf({}, ledger), {
      name: UsageError.name,
      message: /write its group_id \(prod in/,
    });
  });
});
