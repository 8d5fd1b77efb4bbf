import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { realMessages } from '@lvra/shared/testing/json-samples';
import { FeatureWorld } from './testing/feature-world.js';

/** What the Python reference computed from the real batch: ids as text, null for NaN. */
interface Reference {
  columns: string[];
  rows: Record<string, string | number | boolean | null>[];
}

const REAL = new URL('../../../../shared/real/', import.meta.url);
const STEM = '20260202_102448';
const reference: Reference = JSON.parse(readFileSync(new URL(`reference/${STEM}.features.json`, REAL), 'utf8'));

const world = new FeatureWorld();
after(() => world.close());

test('the real batch file gives the 125 columns and 43 rows of the reference, ids exact, floats within 1e-9', async () => {
  world.register(STEM, readFileSync(new URL(`JSON/2026/20260202/${STEM}.json`, REAL)));
  assert.deepEqual(await world.perform(STEM), { status: -1, rows: 43, path: `csv/2026/20260202/${STEM}.csv` });
  assertReference(STEM);
});

test('the same messages with newest sources first give the same: the features of the newest source', async () => {
  const newestFirst = realMessages.map(reversed);
  assert.notDeepEqual(newestFirst, realMessages);
  await world.featuresOf('20260202_102449', newestFirst);
  assertReference('20260202_102449');
});

/** A message with its diaSourcesList the other way round, every number spelled as it was. */
function reversed(message: string): string {
  return message.replace(/("diaSourcesList": \[)(.*?})(\])/, (_, before: string, list: string, behind: string) => {
    const sources = list.split(/, (?={"diaSourceId")/);
    return before + sources.reverse().join(', ') + behind;
  });
}

function assertReference(stem: string): void {
  const { columns, rows } = world.read(stem);
  assert.deepEqual([...columns].sort(), [...reference.columns].sort());
  assert.equal(rows.length, reference.rows.length);
  rows.forEach((row, i) => {
    for (const column of columns) {
      assertCell(row[column] as string, reference.rows[i]?.[column] ?? null, `row ${i}, column ${column}`);
    }
  });
}

function assertCell(cell: string, expected: string | number | boolean | null, where: string): void {
  if (expected === null) assert.equal(cell, '', where);
  else if (typeof expected === 'boolean') assert.equal(cell, expected ? 'True' : 'False', where);
  else if (typeof expected === 'string' || Number.isSafeInteger(expected))
    assert.equal(cell.replace(/\.0$/, ''), String(expected), where);
  else
    assert.ok(Math.abs(Number(cell) - expected) <= 1e-9 * Math.abs(expected), `${where}: ${cell} is not ${expected}`);
}
