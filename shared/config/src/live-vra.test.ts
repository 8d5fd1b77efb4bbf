import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { LiveVra } from './live-vra.js';
import { loadSettings } from './settings.js';

const TEXT = 'MODEL_PATH: m.onnx\nMODEL_NAME: r0b\nMODEL_VERSION: a1\nTOPIC_OUT: r0b_lvra\n';

function liveVra(context: TestContext, environment: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-live-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'r0b.yaml');
  writeFileSync(file, TEXT);
  const common = join(folder, 'settings.yaml');
  writeFileSync(common, 'vras: r0b.yaml\nsource: none\nendpoint: https://lasair.example.org/api\n');
  const all = { LVRA_SETTINGS: common, LVRA_DATA_ROOT: folder, ...environment };
  const settings = loadSettings({ environment: all });
  const live = new LiveVra(settings.vras[0]!, settings.profile, all);
  return { file, live, version: () => live.read().modelVersion };
}

describe('the settings of a VRA while a stage runs', () => {
  test('follow its file', (context) => {
    const { file, live, version } = liveVra(context);
    assert.equal(version(), 'a1');
    writeFileSync(file, `${TEXT.replace('a1', 'a2')}ANNOTATE: no\n`);
    assert.equal(version(), 'a2');
    assert.equal(live.read().annotate, false);
    // As an editor saves: another file under the same name, of the same size and age.
    const { mtime } = statSync(file);
    writeFileSync(`${file}~`, `${TEXT.replace('a1', 'a3')}ANNOTATE: no\n`);
    utimesSync(`${file}~`, mtime, mtime);
    renameSync(`${file}~`, file);
    assert.equal(version(), 'a3');
  });

  test('follow a file whose times say that nothing changed for years', (context) => {
    const { file, version } = liveVra(context);
    for (const each of ['a2', 'a3']) {
      writeFileSync(file, TEXT.replace('a1', each));
      utimesSync(file, new Date(0), new Date(0));
      assert.equal(version(), each);
      assert.equal(version(), each);
    }
  });

  test('stay as they were while the file is wrong, gone, or another VRA’s, and say why', (context) => {
    const { file, live, version } = liveVra(context);
    const wrong: [string, RegExp][] = [
      [TEXT.replace('a1', ''), /MODEL_VERSION is not set/],
      [
        TEXT.replace('MODEL_NAME: r0b', 'MODEL_NAME: agn').replace('a1', 'a2'),
        /MODEL_NAME was r0b at the start: restart/,
      ],
      ['{', /is not YAML/],
    ];
    for (const [text, problem] of wrong) {
      writeFileSync(file, text);
      assert.equal(version(), 'a1');
      assert.match(live.problem ?? '', problem);
    }
    rmSync(file);
    assert.equal(version(), 'a1');
    assert.match(live.problem ?? '', /cannot be read/);
    writeFileSync(file, TEXT.replace('a1', 'a2'));
    assert.equal(version(), 'a2');
    assert.equal(live.problem, undefined);
  });

  test('are overridden by the environment', (context) => {
    const { file, version } = liveVra(context, { LVRA_R0B_MODEL_VERSION: 'b7' });
    writeFileSync(file, TEXT.replace('a1', 'a2'));
    assert.equal(version(), 'b7');
  });
});
