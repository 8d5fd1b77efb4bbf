import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REAL, REAL_STEM } from '@lvra/core/testing/reference';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { astropyPython } from '@lvra/test-servers/tools';
import { testFolder } from '../../testing/data-folder.js';
import { LIGHT_CURVE } from '../object/answer.js';

interface Expected {
  /** All of a point but its kind and what we make of its flags. */
  readonly point: Readonly<Record<string, unknown>>;
  readonly magnitude: string | null;
}

const BATCH = fileURLToPath(new URL(`JSON/2026/20260202/${REAL_STEM}.json`, REAL));

/** What Python reads in the batch file, by object. */
function readByPython(): Record<string, Expected[]> {
  // Python files are not compiled: they stay in src/.
  const script = fileURLToPath(new URL('../../../src/pages/photometry/testing/epochs.py', import.meta.url));
  return JSON.parse(execFileSync(astropyPython(), [script, BATCH], { encoding: 'utf8', maxBuffer: 1 << 28 }));
}

test('every epoch of real alerts is in the data as it is in the alert, and in the table with the magnitude of astropy', async (t) => {
  const { root, ledger, console } = await testFolder(t);
  const copy = dataPaths(root).batch(REAL_STEM);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(BATCH, copy);
  const objects = Object.entries(readByPython());
  assert.equal(objects.length, 43);
  for (const [id, epochs] of objects) {
    await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', BigInt(id), REAL_STEM);
    const { points } = LIGHT_CURVE.parse(await console.json(`/api/v1/objects/${id}/light-curve`));
    assert.deepEqual(
      points.map(({ kind, unusable, ...point }) => point),
      epochs.map(({ point }) => point),
    );
    const table = await console.text(`/objects/${id}/light-curve`);
    const rows = [...table.matchAll(/<tr><td class="number extra">.*?<\/tr>/g)].map(([row]) => cellsOf(row));
    assert.deepEqual(
      rows.map((cells) => cells[7]).reverse(),
      epochs.map(({ magnitude }) => magnitude ?? '–'),
    );
  }
});

function cellsOf(row: string): string[] {
  return [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell = '']) =>
    cell.replace(/<span class="hidden">.*?<\/span>/g, '').replace(/<[^>]+>/g, ''),
  );
}
