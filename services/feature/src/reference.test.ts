import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { assertReferenceRows, REAL, readFeatureRows, REAL_STEM as STEM } from '@lvra/core/testing/reference';
import { FeatureWorld } from './testing/feature-world.js';

const world = await FeatureWorld.create();
after(() => world.close());

test('the real batch file gives the 125 columns and 43 rows of the reference, ids exact, floats within 1e-9', async () => {
  await world.register(STEM, readFileSync(new URL(`JSON/2026/20260202/${STEM}.json`, REAL)));
  assert.deepEqual(await world.perform(STEM), { status: -1, rows: 43, path: `csv/2026/20260202/${STEM}.csv` });
  assertReferenceRows(readFeatureRows(world.paths.features(STEM)));
});

test('the same messages with newest sources first give the same: the features of the newest source', async () => {
  const newestFirst = realMessages.map(reversed);
  assert.notDeepEqual(newestFirst, realMessages);
  await world.featuresOf('20260202_102449', newestFirst);
  assertReferenceRows(readFeatureRows(world.paths.features('20260202_102449')));
});

/** A message with its diaSourcesList the other way round, every number spelled as it was. */
function reversed(message: string): string {
  return message.replace(/("diaSourcesList": \[)(.*?})(\])/, (_, before: string, list: string, behind: string) => {
    const sources = list.split(/, (?={"diaSourceId")/);
    return before + sources.reverse().join(', ') + behind;
  });
}
