import assert from 'node:assert/strict';
import { copyFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSettings } from '@lvra/config';
import { Ledger } from '@lvra/ledger';
import { newPlace } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { openLook } from '../../../open-ledger.js';
import { candidates } from '../candidates.js';

const STEM = '20260422_041502';

async function addScore(ledger: Ledger, object: bigint): Promise<void> {
  await execute(
    ledger,
    `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, 0.5, 'r0b', 'a1')`,
    ...[object, object, STEM],
  );
}

/** A ledger with a score, and a function that opens it anew as often as it is called. */
async function looks(t: TestContext) {
  const path = newPlace(t);
  const settings = loadSettings({ environment: { LVRA_DATA_ROOT: dirname(dirname(path)) } });
  const add = async (object: bigint) => {
    const ledger = await Ledger.open(path, ['r0b'], { create: true });
    if (object === 1n) await execute(ledger, `INSERT INTO predict (stem, r0b) VALUES (?, 1)`, STEM);
    await addScore(ledger, object);
    await ledger.close();
  };
  await add(1n);
  const open = async (...before: [] | [Awaited<ReturnType<typeof openLook>>]) => {
    const look = await openLook(settings, ...before);
    const loading = t.mock.method(look.ledger.nights, 'ofStems');
    const { considered } = await candidates(look, { limit: 10 });
    await look.close();
    return { look, considered, loads: loading.mock.callCount() };
  };
  return { path, add, open };
}

test('a night that is in memory stays there when the ledger is let go and opened again', async (t) => {
  const { add, open } = await looks(t);
  const { look, ...first } = await open();
  assert.deepEqual(first, { considered: 1, loads: 1 });
  await add(2n);
  const { look: _, ...again } = await open(look);
  assert.deepEqual(again, { considered: 2, loads: 0 });
});

test('a night of a ledger is not taken for that of a copy which took its place', async (t) => {
  const { path, open } = await looks(t);
  const { look } = await open();
  copyFileSync(path, `${path}.copy`);
  renameSync(`${path}.copy`, path);
  const { look: _, ...again } = await open(look);
  assert.deepEqual(again, { considered: 1, loads: 1 });
});
