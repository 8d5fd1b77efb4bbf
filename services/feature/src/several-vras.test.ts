import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { RetryLater, UsageError } from '@lvra/core';
import { type FeatureSet, featureSet } from '@lvra/features';
import { messageText, simpleMessage } from '@lvra/features/testing/messages';
import { Ledger } from '@lvra/ledger';
import { execute, valueIn } from '@lvra/ledger/testing/look-inside';
import { DataFolder } from '@lvra/runtime';
import { dataPaths, writeFileAtomically } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';
import { createFeatureTask } from './feature-stage.js';

const STEM = '20260202_102448';
const VRAS = ['r0b', 'agn', 'own'];

/** A feature set as a team might add one. */
const BRIGHTNESS: FeatureSet = {
  name: 'brightness',
  begin: () => {
    const lines = ['diaObjectId,diaSourceId,greatest'];
    return {
      add: ({ diaObjectId, diaSourceId, fluxes }) =>
        void lines.push(`${diaObjectId},${diaSourceId},${Math.max(...fluxes)}`),
      chunks: () => [Buffer.from(`${lines.join('\n')}\n`)],
    };
  },
};

/**
 * A stem of two alerts, one of them unusable, for three VRAs: r0b and agn have the same features.
 *
 * @param isShared whether other hosts use the folder
 */
async function night(context: TestContext, isShared = false) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-vras-'));
  const paths = dataPaths(root);
  const ledger = await Ledger.open(paths.database, VRAS, { create: true });
  context.after(async () => {
    await ledger.close();
    rmSync(root, { recursive: true });
  });
  const metrics = new Metrics();
  const log = createLogger(paths, 'test', { stdout: false });
  const bad = messageText({}, []);
  await writeFileAtomically(paths.batch(STEM), (file) => file.writeFile(`[${simpleMessage()},\n${bad}]\n`));
  for (const table of ['feature_making', 'predict', 'annotating']) {
    await execute(ledger, `INSERT INTO ${table} (stem, r0b, agn, own) VALUES (?, 0, 0, 0)`, STEM);
  }
  const folder = new DataFolder(paths, ledger, isShared);
  const perform = (vra: string, set = featureSet(), isBackfilled = false) => {
    const siblings = set.name === 'r0b' ? ['r0b', 'agn'].filter((other) => other !== vra) : [];
    const task = createFeatureTask({
      ...{ ledger, folder, metrics, log, vra, set, siblings },
      work: ledger.work('feature', vra),
    });
    return task.perform(STEM, { signal: context.signal, attempt: 1, elapsed: () => 1, isBackfilled });
  };
  const rows = async (sql: string) => Number(await valueIn(ledger, sql));
  return { paths, ledger, perform, rows, page: () => metrics.registry.metrics() };
}

const DONE = { status: -1, rows: 1, path: `csv/2026/20260202/${STEM}.csv` };

describe('VRAs with the same features', () => {
  test('make one file if they begin at once, and count a bad alert once', async (context) => {
    const { perform, ledger, rows, page, paths } = await night(context);
    assert.deepEqual(await Promise.all([perform('r0b'), perform('agn')]), [DONE, DONE]);
    for (const vra of ['r0b', 'agn']) assert.equal(await ledger.work('feature', vra).status(STEM), -1);
    assert.equal(await ledger.work('feature', 'own').status(STEM), 0);
    assert.equal(await rows('SELECT count(*) FROM threshold_flags_provenance'), 1);
    assert.equal(await rows('SELECT count(*) FROM quarantine'), 1);
    assert.match(await page(), /^lvra_quarantined_alerts_total\{stage="feature",reason="no_sources"\} 1$/m);
    assert.equal(readFileSync(paths.features(STEM), 'utf8').split('\n').length, 3);
  });

  test('take over the file that another one has made', async (context) => {
    const { perform, ledger, page, paths } = await night(context);
    await perform('r0b');
    const made = statSync(paths.features(STEM)).ino;
    assert.deepEqual(await perform('agn'), DONE);
    assert.equal(statSync(paths.features(STEM)).ino, made, 'it was not made again');
    assert.match(await page(), /^lvra_quarantined_alerts_total\{.*\} 1$/m);
    const event = (await ledger.events.ofStem(STEM)).at(-1);
    assert.deepEqual(
      [event?.vra, event?.status, event?.rows, event?.detail],
      ['agn', -1, 1, 'the feature file of r0b'],
    );
  });

  test('count no bad alert of a backfill: it is no news', async (context) => {
    const { perform, page, rows } = await night(context);
    await perform('r0b', featureSet(), true);
    assert.equal(await rows('SELECT count(*) FROM quarantine'), 1);
    assert.doesNotMatch(await page(), /^lvra_quarantined_alerts_total\{.*\} 1$/m);
  });

  test('take over the file of the Python pipeline, which leaves a status and flags', async (context) => {
    const { perform, ledger, paths } = await night(context);
    await perform('r0b');
    await execute(ledger, "DELETE FROM stem_event WHERE stage = 'feature'");
    rmSync(paths.batch(STEM));
    assert.deepEqual(await perform('agn'), DONE);
    assert.equal((await ledger.events.ofStem(STEM)).at(-1)?.detail, 'the feature file of r0b');
  });

  test('make it again if it is gone, or if an operator asks for it', async (context) => {
    const { perform, ledger, paths } = await night(context);
    await perform('r0b');
    const whole = readFileSync(paths.features(STEM));
    rmSync(paths.features(STEM));
    assert.deepEqual(await perform('agn'), DONE);
    assert.deepEqual(readFileSync(paths.features(STEM)), whole);
    writeFileSync(paths.features(STEM), 'spoilt');
    await ledger.work('feature', 'agn').retry(STEM, true);
    assert.deepEqual(await perform('agn'), DONE);
    assert.deepEqual(readFileSync(paths.features(STEM)), whole);
  });

  test('wait for the file if another host has just made it, instead of making it again', async (context) => {
    const { perform, ledger, paths } = await night(context, true);
    await perform('r0b');
    const made = paths.features(STEM);
    renameSync(made, `${made}.hidden`);
    await assert.rejects(perform('agn'), (error) => error instanceof RetryLater && error.message.includes(made));
    assert.equal(existsSync(made), false);
    renameSync(`${made}.hidden`, made);
    assert.deepEqual(await perform('agn'), DONE);
    assert.equal((await ledger.events.ofStem(STEM)).at(-1)?.detail, 'the feature file of r0b');
  });

  test('fail together if there is nothing to make it from, and leave no trace for the next attempt', async (context) => {
    const { perform, paths } = await night(context);
    const batch = readFileSync(paths.batch(STEM));
    rmSync(paths.batch(STEM));
    const both = await Promise.allSettled([perform('r0b'), perform('agn')]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    writeFileSync(paths.batch(STEM), batch);
    assert.deepEqual(await Promise.all([perform('r0b'), perform('agn')]), [DONE, DONE]);
  });
});

describe('features of one’s own', () => {
  test('are in their own folder, beside those of the others', async (context) => {
    const { perform, paths, rows } = await night(context);
    const path = `csv_brightness/2026/20260202/${STEM}.csv`;
    assert.deepEqual(await Promise.all([perform('r0b'), perform('own', BRIGHTNESS)]), [DONE, { ...DONE, path }]);
    assert.equal(paths.features(STEM, 'brightness'), join(paths.root, path));
    assert.match(
      readFileSync(join(paths.root, path), 'utf8'),
      /^diaObjectId,diaSourceId,greatest\n\d{18},\d{18},[\d.e+-]+\n$/,
    );
    assert.ok(existsSync(paths.features(STEM)));
    assert.notEqual(dirname(paths.features(STEM)), dirname(join(paths.root, path)));
    // Flags and times of sources are the alert's own, for any features.
    assert.equal(await rows('SELECT count(*) FROM threshold_flags_provenance'), 1);
    assert.equal(await rows('SELECT count(*) FROM source'), 1);
  });

  test('that do not exist are an error in the settings', () => {
    assert.throws(
      () => featureSet('toString'),
      (error: unknown) => error instanceof UsageError && /FEATURES is toString: there is r0b/.test(error.message),
    );
  });
});
