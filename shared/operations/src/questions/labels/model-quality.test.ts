import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '@lvra/config';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { modelQuality } from './model-quality.js';

test('the quality of a model leaves others their turn while many labels are counted', async (t) => {
  const ledger = await newLedger(t);
  const labelled = Array.from({ length: 1_001 }, (_, n) => ({ diaObjectId: BigInt(n + 1), label: 'real' }));
  await ledger.labels.add(labelled.map((each) => ({ ...each, who: 'ada', at: 1_000 })));
  const vras = [{ modelName: 'r0b', positiveLabels: ['real'], negativeLabels: ['bogus'] }];
  const settings = { vras } as unknown as Settings;
  let turns = 0;
  const count = () => {
    turns++;
    waiting = setImmediate(count);
  };
  let waiting = setImmediate(count);
  t.after(() => clearImmediate(waiting));
  const { unscored } = await modelQuality({ ledger, settings }, 'r0b', { vra: 'r0b', version: 'a1' }, { purity: 0.95 });
  assert.equal(unscored, 1_001);
  assert.ok(turns >= 2, `${turns}`);
});
