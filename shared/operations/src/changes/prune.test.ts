import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { pathInBatch } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { markPruned } from './prune.js';

test('an alert in quarantine keeps its bytes as long as its night has a folder of batch files or of its own', (t) => {
  const { quarantine, database } = newLedger(t);
  const paths = dataPaths(dirname(dirname(database.name)));
  const stem = '20260101_000001';
  quarantine.add({
    ...{ stem, stage: 'predict', vra: 'r0b', position: 0, reason: 'no_score', detail: '', at: 0 },
    ...{ path: pathInBatch(paths, stem), bytes: 7 },
  });
  const marked = () => markPruned(paths, quarantine, '20260301');
  mkdirSync(dirname(paths.batch(stem)), { recursive: true });
  assert.equal(marked(), 0);
  rmSync(dirname(paths.batch(stem)), { recursive: true });
  mkdirSync(dirname(paths.quarantined(stem, 'consumer', 0)), { recursive: true });
  assert.equal(marked(), 0);
  rmSync(paths.quarantine, { recursive: true });
  assert.equal(marked(), 1);
});
