import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REAL, REAL_STEM } from '@lvra/core/testing/reference';
import type { TnsOutcome } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { loadTnsSettings } from '../settings.js';
import { DOUBT_MS } from '../submit/in-doubt.js';
import { planReports } from './plan.js';

const ID = 169760231708427201n;
const SENT = { diaObjectId: ID, internalName: 'LSST-AP-DO-1', report: '{"as":"it was"}' };
const settings = loadTnsSettings(undefined, { LVRA_TNS_REPORTER: 'A. Person' });
const batch = fileURLToPath(new URL(`JSON/2026/20260202/${REAL_STEM}.json`, REAL));
const files = { batchFile: async () => batch, sizesOf: async () => undefined };

/** What is planned for the object after a report of it, `later` ms ago, that ended so; 'open' has no outcome. */
async function plannedAfter(
  t: TestContext,
  outcome: TnsOutcome | 'in doubt' | 'awaited' | 'never',
  again: boolean,
  later = 0,
) {
  const ledger = await newLedger(t);
  const { tns } = ledger;
  await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', ID, REAL_STEM);
  if (outcome !== 'never') {
    const { submission = 0n } = await tns.begin('live', [SENT], { sender: 'test', again: false, now: 0 });
    if (outcome === 'awaited') await tns.received(submission, '91000');
    else if (outcome !== 'in doubt') await tns.settle(submission, [{ diaObjectId: ID, outcome, objname: '2026ob' }], 0);
  }
  const options = { ledger: tns, ...files, settings, site: 'live', again: () => again, now: later } as const;
  const [planned] = await planReports([ID], options);
  return planned;
}

describe('what is planned for an object', () => {
  const cases: [after: Parameters<typeof plannedAfter>[1], plain: string, again: string][] = [
    ['never', 'report', 'report'],
    ['refused', 'report', 'report'],
    ['not_sent', 'report', 'report'],
    ['inserted', 'standing', 'report'],
    ['existing', 'standing', 'report'],
    ['identical', 'standing', 'report'],
    ['found', 'standing', 'report'],
    ['lost', 'standing', 'repeat'],
    ['awaited', 'standing', 'standing'],
    ['in doubt', 'standing', 'standing'],
  ];
  for (const [after, plain, again] of cases) {
    test(`${after}: ${plain}, with --again ${again}`, async (t) => {
      assert.equal((await plannedAfter(t, after, false))?.kind, plain);
      assert.equal((await plannedAfter(t, after, true))?.kind, again);
    });
  }

  test('what Lasair knows by a name of TNS’s is left out, unless asked for', async (t) => {
    const ledger = await newLedger(t);
    const { tns } = ledger;
    await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', ID, REAL_STEM);
    const folder = mkdtempSync(join(tmpdir(), 'lvra-plan-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const named = join(folder, 'batch.json');
    const text = readFileSync(batch, 'utf8');
    assert.match(text, /"tns_name": ?null/);
    writeFileSync(named, text.replace(/"tns_name": ?null/g, '"tns_name": "2025abc"'));
    const options = { ledger: tns, ...files, batchFile: async () => named, settings, site: 'live', now: 0 } as const;
    const [plain] = await planReports([ID], { ...options, again: () => false });
    assert.deepEqual(plain, { diaObjectId: ID, kind: 'named', tnsName: '2025abc' });
    const [again] = await planReports([ID], { ...options, again: () => true });
    assert.equal(again?.kind, 'report');
  });

  test('what has been in doubt for long is repeated as it was, when asked for', async (t) => {
    assert.equal((await plannedAfter(t, 'in doubt', true, DOUBT_MS - 1))?.kind, 'standing');
    assert.equal((await plannedAfter(t, 'in doubt', false, DOUBT_MS))?.kind, 'standing');
    const planned = await plannedAfter(t, 'in doubt', true, DOUBT_MS);
    assert.deepEqual(planned, { diaObjectId: ID, kind: 'repeat', report: SENT });
  });
});
