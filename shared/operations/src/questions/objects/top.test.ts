import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { topCandidates } from './top.js';

test('magnitude and band are those that the ledger has of the source, without a batch file', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-top-'));
  t.after(() => rmSync(root, { recursive: true }));
  const ledger = await newLedger(t);
  for (const [id, flux, band] of [
    [1n, 1e4, 'g'],
    [2n, -500, 'y'],
    [3n, null, 'u'],
    [4n, null, null],
  ] as const) {
    const source = 'INSERT INTO source (diaSourceId, midpointMjdTai, psfFlux, band) VALUES (?, 61000.5, ?, ?)';
    await execute(ledger, source, id, flux, band);
    const score = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
      VALUES (?, ?, '20260202_102448', ?, 'r0b', 'a1')`;
    await execute(ledger, score, id, id, 1 - Number(id) / 10);
  }
  const { candidates } = await topCandidates({ ledger, paths: dataPaths(root), vras: ['r0b'] }, { limit: 10 });
  assert.deepEqual(
    candidates.map(({ diaObjectId, magnitude, band }) => [diaObjectId, magnitude, band]),
    // 31.4 - 2.5 log10(10,000); below zero there is none.
    [
      ['1', 21.4, 'g'],
      ['2', null, 'y'],
      ['3', null, 'u'],
      ['4', null, null],
    ],
  );
});
