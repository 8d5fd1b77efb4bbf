import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StageMisconfigured } from '@lvra/core';
import { readManifest } from '../find-model.js';
import { runImportPython } from '../testing/import-command.js';
import { Model } from './model.js';
import { refuseUnsafe } from './onnx-bytes.js';
import { tryModel } from './trial.js';

const MAKE = new URL('../../src/testing/unsafe_models.py', import.meta.url).pathname;

describe('a model that must not be taken', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-unsafe-models-'));
  before(() => runImportPython(MAKE, folder));
  after(() => rmSync(folder, { recursive: true }));

  const path = (name: string) => join(folder, `${name}.onnx`);
  const refused = (name: string, why: RegExp) =>
    assert.rejects(Model.load(path(name)), (error: unknown) => {
      assert.ok(error instanceof StageMisconfigured, String(error));
      assert.match(error.message, why, name);
      return true;
    });

  test('has data in another file, wherever in it: refused before ONNX Runtime sees it', async () => {
    const names = readdirSync(folder).filter((name) => /^external-.*\.onnx$/.test(name));
    assert.equal(names.length, 12);
    for (const name of names) await refused(name.replace('.onnx', ''), /external data\).*import it again/);
    const model = await Model.load(path('sound'));
    assert.deepEqual([...(await model.score(new Float64Array([3]), 1)).scores], [0.5]);
    await model.close();
  });

  test('has a Loop: refused, because it may never end with other rows than those that were tried', () =>
    refused('endless', /it has a Loop, which may never end/));

  test('takes 7 GB: rejected, and this process is as small as before', async () => {
    await refused('huge', /bad_?alloc|allocate|1000 MB of memory/i);
    assert.ok(process.memoryUsage().rss < 600e6);
  });

  test('takes more memory for each further row: rejected, because it is tried with ROWS_A_RUN rows', () =>
    refused('growing', /1000 rows of zeros at once.*(bad_?alloc|allocate)|1000 MB of memory/i));

  test('takes hours: stopped after its time, while this process continues', async () => {
    let beats = 0;
    const heart = setInterval(() => beats++, 50);
    try {
      const slow = {
        path: path('slow'),
        manifest: await readManifest(path('slow')),
        bytes: readFileSync(path('slow')),
      };
      assert.deepEqual(await tryModel(slow, 3_000), { ended: "it has not scored a stem's rows after 3 s" });
    } finally {
      clearInterval(heart);
    }
    assert.ok(beats > 10, `${beats} beats`);
  });

  test('is not ONNX, cut or altered at any byte: rejected with a reason, or accepted as ONNX Runtime reads it', () => {
    const whole = readFileSync(path('external-branch'));
    const words = /external data|not ONNX|nested/;
    for (let length = 1; length < whole.length; length += 1) {
      try {
        refuseUnsafe(whole.subarray(0, length));
      } catch (error) {
        assert.match((error as Error).message, words);
      }
    }
    for (let at = 0; at < whole.length; at += 1) {
      for (const bit of [1, 8, 128]) {
        const bent = Buffer.from(whole);
        bent[at] = (bent[at] as number) ^ bit;
        try {
          refuseUnsafe(bent);
        } catch (error) {
          assert.match((error as Error).message, words);
        }
      }
    }
    refuseUnsafe(readFileSync(path('deep')));
    assert.throws(() => refuseUnsafe(Buffer.from('\0\0\0\0ORTM\0\0\0\0')), /in the format of ONNX Runtime/);
  });

  test('says 1 for external data in more bytes than it needs', () => {
    const tensor = (...location: number[]) => {
      const bytes = [0x70, ...location];
      return Buffer.from([0x3a, bytes.length + 2, 0x2a, bytes.length, ...bytes]);
    };
    refuseUnsafe(tensor(0));
    refuseUnsafe(tensor(0x80, 0));
    for (const location of [[1], [0x81, 0], [0x81, 0x80, 0x80, 0x80, 0x10], [0x80, 0x80, 0x80, 0x80, 0x10]]) {
      assert.throws(() => refuseUnsafe(tensor(...location)), /external data/);
    }
  });
});
