import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { simulateAlerts } from '@lvra/shared/simulator/simulator';
import { ScoredNights } from '../testing/scored-nights.js';

const ALERTS = 12;

test('a version that comes and goes while Lasair takes nothing leaves one right annotation of each object', async (t) => {
  const nights = await ScoredNights.empty(t);
  const { sandbox } = nights;
  const alerts = simulateAlerts({ seed: 11, forms: 'full', revisits: 0, meanSources: 4 });
  const input = join(nights.root, 'alerts.ndjson');
  writeFileSync(input, Array.from({ length: ALERTS }, () => `${alerts.next().value.text}\n`).join(''));
  /** One run; stems that wait for Lasair are tried at once. */
  const run = async (source: string) => {
    await nights.run(['retry', '--failed', '--stage', 'annotate']);
    return nights.run(['run', '--once', '--source', source], { LVRA_REPLAY_PATH: input });
  };
  const use = async (version: string) => {
    const used = await nights.run(['model', 'use', 'r0b', version]);
    assert.equal(used.code, 0, used.stderr);
  };
  const outcomes = () =>
    nights.rows(
      `SELECT DISTINCT model_version, outcome FROM provenance
       LEFT JOIN annotation_outcome ON provenance_ID = ID ORDER BY model_version, outcome`,
    );

  sandbox.fault({ kind: 'status', status: 429 });
  await run('replay');
  assert.deepEqual(outcomes(), [['a1', null]]);
  await use('a2');
  // The same alerts once more, as after a topic that was made again.
  await run('replay');
  await run('none');
  assert.deepEqual(outcomes(), [
    ['a1', 'superseded'],
    ['a2', null],
  ]);
  await use('a1');
  await run('none');
  assert.deepEqual(outcomes(), [
    ['a1', null],
    ['a2', 'superseded'],
  ]);
  assert.equal(sandbox.annotations.size, 0);

  sandbox.clearFaults();
  const last = await run('none');
  assert.equal(last.code, 0, last.stdout + last.stderr);
  const held = [...sandbox.annotations.values()];
  assert.deepEqual(
    held.map(({ version }) => version),
    Array(ALERTS).fill('a1'),
  );
  const verified = await nights.run(['verify', '--sandbox', sandbox.endpoint]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});
