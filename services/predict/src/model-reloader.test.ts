import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { StageMisconfigured } from '@lvra/core';
import { Model } from '@lvra/model';
import { ModelFolder } from '@lvra/model/testing/model-folder';
import { Metrics } from '@lvra/telemetry';
import pino from 'pino';
import { ModelReloader } from './model-reloader.js';

/** A model that follows the settings a test gives. */
function follow(context: TestContext, version: string) {
  const folder = new ModelFolder(context);
  const metrics = new Metrics();
  const logged: string[] = [];
  const wanted = { version, problem: undefined as string | undefined, lacking: [] as string[] };
  const live = new ModelReloader({
    wanted: () => ({
      model: { name: 'r0b', version: wanted.version, path: folder.file('a1') },
      problem: wanted.problem,
    }),
    lacking: () => Promise.resolve(wanted.lacking),
    metrics: metrics.model,
    log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line).msg) }),
  });
  context.after(() => live.close());
  const scoring = async () => (await live.current()).manifest.version;
  const series = async (name: string) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
  return { folder, wanted, live, scoring, series, logged };
}

const refused = (version: string) => [`lvra_model_refused{vra="r0b",version="${version}"} 1`];
const inUse = (version: string) => [`lvra_model_info{vra="r0b",version="${version}"} 1`];

/** Makes a file as old as files usually are: the change after this one shows in its times. */
const age = (path: string) => utimesSync(path, new Date(0), new Date(0));

describe('the model that a stage scores with', () => {
  test('is the version of the settings, from the next stem on, there and back', async (context) => {
    const { folder, wanted, live, scoring, series } = follow(context, 'a1');
    folder.put('demo', 'a1');
    const first = await live.current();
    assert.equal(await live.current(), first, 'nothing is loaded twice');
    folder.put('simple', 'a2');
    assert.equal(await live.current(), first, 'a new file alone changes nothing');
    wanted.version = 'a2';
    assert.equal(await scoring(), 'a2');
    assert.deepEqual(await series('lvra_model_info'), inUse('a2'));
    await assert.rejects(first.score(new Float64Array(56), 1), 'the model before is let go');
    wanted.version = 'a1';
    assert.equal(await scoring(), 'a1');
    assert.deepEqual(await series('lvra_model_refused'), []);
  });

  const failures: [what: string, spoil: (path: string, wanted: { lacking: string[] }) => void, message: RegExp][] = [
    ['is only half there', (path) => truncateSync(path, 1000), /its sha256 is [0-9a-f]{64}, but its manifest says/],
    [
      'has no manifest',
      (path) => rmSync(path.replace('.onnx', '.json')),
      /no model r0b a2 in .*r0b_a2\.json cannot be/,
    ],
    ['has no file', (path) => rmSync(path), /no model r0b a2 in/],
    [
      'says that it is another',
      (path) => {
        const manifest = path.replace('.onnx', '.json');
        writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version":"a2"', '"version":"a3"'));
      },
      /no model r0b a2 in .*; there is r0b a1, r0b a3/,
    ],
    [
      'wants features that do not exist',
      (_, wanted) => wanted.lacking.push('colour'),
      /newest feature files lack 1 of the columns of model .*r0b_a2\.onnx: colour/,
    ],
  ];
  for (const [what, spoil, message] of failures) {
    test(`stays if the next one ${what}, with a metric and one log line`, async (context) => {
      const { folder, wanted, live, scoring, series, logged } = follow(context, 'a1');
      folder.put('demo', 'a1');
      const first = await live.current();
      spoil(folder.put('simple', 'a2'), wanted);
      wanted.version = 'a2';
      for (let stem = 0; stem < 3; stem += 1) assert.equal(await live.current(), first);
      assert.equal((await first.score(new Float64Array(56), 1)).scores.length, 1);
      assert.deepEqual(await series('lvra_model_refused'), refused('a2'));
      assert.deepEqual(await series('lvra_model_info'), inUse('a1'));
      const lines = logged.filter((line) => message.test(line));
      assert.equal(lines.length, 1, logged.join('\n'));
      assert.match(lines[0] ?? '', /; until then version a1 stays in use, and `lvra model list` shows/);
      wanted.lacking.length = 0;
      folder.put('simple', 'a2');
      assert.equal(await scoring(), 'a2', 'it is taken up once its files are whole');
      assert.deepEqual(await series('lvra_model_refused'), []);
      assert.deepEqual(await series('lvra_model_info'), inUse('a2'));
    });
  }

  test('stays in use while a new one that takes long is tried, and swaps between two stems', async (context) => {
    const { folder, wanted, live, series } = follow(context, 'a1');
    folder.put('demo', 'a1');
    const first = await live.current();
    let tried = () => {};
    const trial = new Promise<void>((resolve) => {
      tried = resolve;
    });
    const { load } = Model;
    context.mock.method(Model, 'load', async (path: string) => {
      await trial;
      return load.call(Model, path);
    });
    folder.put('simple', 'a2');
    wanted.version = 'a2';
    const begun = performance.now();
    assert.equal(await live.current(), first);
    assert.ok(performance.now() - begun < 30_000);
    const later = performance.now();
    for (let stem = 0; stem < 20; stem += 1) assert.equal(await live.current(), first);
    assert.ok(performance.now() - later < 20_000, 'stems wait once');
    assert.equal((await first.score(new Float64Array(56), 1)).unscored.size, 0);
    assert.deepEqual(await series('lvra_model_info'), inUse('a1'));
    tried();
    while ((await live.current()) === first) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await series('lvra_model_info'), inUse('a2'));
  });

  test('is followed also if files have old times, as a copy that keeps them has', async (context) => {
    const { folder, wanted, scoring } = follow(context, 'a1');
    const put = (model: 'demo' | 'simple', version: string) => {
      const path = folder.put(model, version);
      for (const file of [path, path.replace('.onnx', '.json')]) age(file);
      return path;
    };
    put('demo', 'a1');
    assert.equal(await scoring(), 'a1');
    const path = put('simple', 'a2');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 1000));
    age(path);
    wanted.version = 'a2';
    assert.equal(await scoring(), 'a1');
    assert.equal(await scoring(), 'a1');
    writeFileSync(path, whole);
    age(path);
    assert.equal(await scoring(), 'a2');
  });

  test('stays if the settings cannot be read any more', async (context) => {
    const { folder, wanted, scoring, logged } = follow(context, 'a1');
    folder.put('demo', 'a1');
    assert.equal(await scoring(), 'a1');
    wanted.problem = 'r0b.yaml is not YAML';
    assert.equal(await scoring(), 'a1');
    assert.match(logged.join('\n'), /r0b\.yaml is not YAML; until then version a1 stays in use/);
  });

  test('is absent if the first one is rejected, until it is there', async (context) => {
    const { folder, live, scoring, series } = follow(context, 'a1');
    for (let turn = 0; turn < 2; turn += 1) await assert.rejects(live.current(), StageMisconfigured);
    assert.deepEqual(await series('lvra_model_refused'), refused('a1'));
    folder.put('demo', 'a1');
    assert.equal(await scoring(), 'a1');
    assert.deepEqual(await series('lvra_model_refused'), []);
  });

  test('is reloaded if another one replaced it, with a warning', async (context) => {
    const { folder, live, logged } = follow(context, 'a1');
    folder.put('demo', 'a1');
    const first = await live.current();
    folder.put('simple', 'a1');
    const second = await live.current();
    assert.notEqual(second, first);
    assert.equal(second.manifest.features.length, 3);
    assert.match(logged.join('\n'), /model r0b a1 was changed in place: its earlier scores have the same version/);
  });
});
