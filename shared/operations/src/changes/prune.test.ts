import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import type { QuarantineEntry } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { changing } from '@lvra/ledger/testing/look-inside';
import { pathInBatch } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { markPruned } from './prune.js';

test('an alert in quarantine keeps its bytes as long as its night has a folder of batch files or of its own', async (t) => {
  const ledger = await newLedger(t);
  const { quarantine, name } = ledger;
  const paths = dataPaths(dirname(dirname(name)));
  const stem = '20260101_000001';
  const entry: QuarantineEntry = {
    ...{ stem, stage: 'predict', vra: 'r0b', position: 0, reason: 'no_score', detail: '', at: 0 },
    ...{ path: pathInBatch(paths, stem), bytes: 7 },
  };
  await changing(ledger, (tx) => quarantine.add(tx, [entry]));
  const marked = () => markPruned(paths, quarantine, '20260301');
  mkdirSync(dirname(paths.batch(stem)), { recursive: true });
  assert.equal(await marked(), 0);
  rmSync(dirname(paths.batch(stem)), { recursive: true });
  mkdirSync(dirname(paths.quarantined(stem, 'consumer', 0)), { recursive: true });
  assert.equal(await marked(), 0);
  rmSync(paths.quarantine, { recursive: true });
  assert.equal(await marked(), 1);
});
