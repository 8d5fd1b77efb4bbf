import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, describe, test } from 'node:test';
import { STATUS, StemFailed } from '@lvra/core';
import { featureSet } from '@lvra/features';
import { simpleMessage } from '@lvra/features/testing/messages';
import { CannotWrite } from '@lvra/store';
import { makeFeatureFile } from '../feature-stage.js';
import { FeatureWorld } from '../testing/feature-world.js';
import { FeatureThread } from './feature-thread.js';

const world = await FeatureWorld.create();
const { paths } = world;
const thread = new FeatureThread(paths.root, featureSet().name);
after(async () => {
  await thread.close();
  await world.close();
});

describe('the thread of the feature stage', () => {
  test('makes what is made without it, to the byte and the last digit', async () => {
    await world.register('20260202_010000', `[${simpleMessage()},\n{"diaObjectId": 1, "alert": {}}]\n`);
    const times = Float64Array.of(1_780_000_000_123, Number.NaN);
    const plain = await makeFeatureFile('20260202_010000', paths, times);
    const file = readFileSync(plain.path);
    rmSync(plain.path);
    const { quarantined, ...made } = await thread.make('20260202_010000', times);
    assert.deepEqual(readFileSync(made.path), file);
    const { quarantined: expected, ...rest } = plain;
    assert.deepEqual(made, rest);
    assert.deepEqual(
      quarantined.map(({ at: _, ...entry }) => entry),
      expected.map(({ at: _, ...entry }) => entry),
    );
    assert.equal(quarantined.length, 1);
  });

  test('fails a stem with its status, and continues', async () => {
    await assert.rejects(
      thread.make('20260202_020000', undefined),
      (error) => error instanceof StemFailed && error.status === STATUS.inputNotFound,
    );
    await world.register('20260202_030000', `[${simpleMessage()}]`);
    assert.equal((await thread.make('20260202_030000', undefined)).records.length, 1);
  });

  test('says that the disk refuses as a stage understands it', async () => {
    await world.register('20260203_010000', `[${simpleMessage()}]`);
    const folder = dirname(paths.features('20260203_010000'));
    mkdirSync(dirname(folder), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'in the way');
    await assert.rejects(thread.make('20260203_010000', undefined), (error) => error instanceof CannotWrite);
  });
});
