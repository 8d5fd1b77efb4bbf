import assert from 'node:assert/strict';
import { copyFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { StageMisconfigured } from '@lvra/core';
import { findModel, modelsBeside } from './find-model.js';
import { ModelFolder } from './testing/model-folder.js';

function refused(finding: Promise<unknown>, message: RegExp): Promise<void> {
  return assert.rejects(finding, (error: unknown) => {
    assert.ok(error instanceof StageMisconfigured, String(error));
    assert.match(error.message, message);
    return true;
  });
}

function twoVersions(context: TestContext): ModelFolder {
  const folder = new ModelFolder(context);
  folder.put('demo', 'a1');
  folder.put('simple', 'a2');
  return folder;
}

describe('the model of a VRA', () => {
  test('is the one whose manifest has the version, wherever MODEL_PATH points in the folder', async (context) => {
    const folder = twoVersions(context);
    for (const path of [folder.file('a1'), folder.file('a2'), join(folder.path, 'r0b_a1_N411.joblib')]) {
      for (const version of ['a1', 'a2']) {
        const found = await findModel({ name: 'r0b', version, path });
        assert.equal(found.path, folder.file(version));
        assert.equal(found.manifest.version, version);
      }
    }
  });

  test('has its manifest read once by all VRAs, and again if the file changed', async (context) => {
    const folder = twoVersions(context);
    const manifest = folder.file('a1').replace('.onnx', '.json');
    const old = () => utimesSync(manifest, new Date(0), new Date(0));
    old();
    const find = async () => (await findModel({ name: 'r0b', version: 'a1', path: folder.file('a2') })).manifest;
    const found = await Promise.all(Array.from({ length: 20 }, find));
    assert.equal(new Set(found).size, 1);
    folder.put('simple', 'a1');
    old();
    assert.notDeepEqual(await find(), found[0]);
  });

  test('is not one of another VRA', async (context) => {
    const folder = twoVersions(context);
    folder.put('demo', 'b1', {}, 'agn');
    const found = await findModel({ name: 'agn', version: 'b1', path: folder.file('a1') });
    assert.equal(found.path, folder.file('b1', 'agn'));
    await refused(findModel({ name: 'agn', version: 'a1', path: folder.file('a1') }), /no model agn a1 in/);
  });

  test('that is not there is missed with a word on what is', async (context) => {
    const folder = twoVersions(context);
    rmSync(folder.file('a2').replace('.onnx', '.json'));
    const finding = findModel({ name: 'r0b', version: 'a2', path: folder.file('a1') });
    await refused(finding, /no model r0b a2 in .*; there is r0b a1; unusable: manifest .*r0b_a2\.json cannot be/);
    await refused(findModel({ name: 'r0b', version: 'a1', path: '/nowhere/r0b.onnx' }), /no model r0b a1 in \/nowhere/);
  });

  test('that two files claim to be is the one of MODEL_PATH, or none', async (context) => {
    const folder = twoVersions(context);
    const other = join(folder.path, 'copy.onnx');
    copyFileSync(folder.file('a1'), other);
    copyFileSync(folder.file('a1').replace('.onnx', '.json'), join(folder.path, 'copy.json'));
    assert.equal((await findModel({ name: 'r0b', version: 'a1', path: other })).path, other);
    await refused(
      findModel({ name: 'r0b', version: 'a1', path: folder.file('a2') }),
      /several models are r0b a1: .*copy\.onnx, .*r0b_a1\.onnx; remove all but one/,
    );
  });
});

test('a folder of models lists those with a sound manifest, and what is wrong with the others', async (context) => {
  const folder = twoVersions(context);
  folder.put('demo', 'a3', { missing: { psfFlux: 2 } });
  folder.put('demo', 'a4', { scores: { edges: [0, 0.5, 1], shares: [1] } });
  folder.put('demo', 'a5', { scores: { edges: [0, 0.5, 0.5], shares: [0.5, 0.5] } });
  writeFileSync(join(folder.path, 'notes.json'), 'no manifest of a model');
  const { models, unusable } = await modelsBeside(folder.file('a1'));
  assert.deepEqual(
    models.map(({ manifest }) => manifest.version),
    ['a1', 'a2'],
  );
  assert.equal(unusable.length, 3);
  assert.match(unusable[0] ?? '', /r0b_a3\.json is wrong: .*missing/s);
  assert.match(unusable[1] ?? '', /r0b_a4\.json is wrong: .*one edge more than shares/s);
  assert.match(unusable[2] ?? '', /r0b_a5\.json is wrong: .*edges must rise/s);
});
