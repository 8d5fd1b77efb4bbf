import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

/** Two alerts that the consumer takes and of which no row can be made, and one without data. */
const ALERTS = [
  { diaObjectId: 7, alert: { diaObjectId: 7, diaSourcesList: [] } },
  { diaObjectId: 8, alert: { diaObjectId: 8, diaSourcesList: [] } },
  { diaObjectId: 9 },
];

for (const [what, alerts, isAside] of [
  ['in quarantine', ALERTS, true],
  ['without data', ALERTS.slice(2), false],
] as const) {
  test(`a stem all of whose alerts are ${what} is done in part, and no stage says that all is well`, async (t) => {
    const { folder, remove } = temporaryFolder();
    t.after(remove);
    const environment = { LVRA_DATA_ROOT: join(folder, 'data'), LASAIR_LSST_TOKEN: 'x', LVRA_DRY_RUN: 'yes' };
    const lvra = async (...words: string[]) => {
      const ran = await runLvra(words, environment);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      return ran.stdout;
    };
    const file = join(folder, 'alerts.ndjson');
    writeFileSync(file, alerts.map((alert) => `${JSON.stringify(alert)}\n`).join(''));
    await lvra('init');
    await lvra('run', '--once', '--source', 'replay', '--replay-path', file);
    const { stages, unscored } = JSON.parse(await lvra('status', '--json'));
    for (const { stage, done, partial, pending, failed } of stages) {
      assert.deepEqual([stage, done, partial, pending, failed], [stage, 0, 1, 0, {}]);
    }
    const stem = /(\d{8}_\d{6})/.exec(await lvra('quarantine', 'list'))?.[1];
    assert.equal(stem !== undefined, isAside);
    assert.deepEqual(unscored, isAside ? [{ vra: 'r0b', stems: 1, oldest: stem, newest: stem }] : []);
    if (!isAside) return;
    const sentence = new RegExp(`^r0b scored nothing of 1 stem, whose alerts are in quarantine: ${stem}$`, 'm');
    assert.match(await lvra('status'), sentence);
    assert.match(await lvra('stem', stem as string), /^r0b scored nothing of it, because .* in quarantine/m);
    assert.match(await lvra('verify'), /^All is as promised/m);
  });
}
