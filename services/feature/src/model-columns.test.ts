import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveVra, readVra } from '@lvra/config';
import { ModelColumns } from './model-columns.js';

test('the columns that models take are those of all manifests beside them, as they are now', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-model-columns-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const vraOf = (name: string, models: string) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(
      file,
      `MODEL_PATH: ${models}/${name}.onnx\nMODEL_NAME: ${name}\nMODEL_VERSION: a1\nTOPIC_OUT: ${name}\n`,
    );
    const issues: string[] = [];
    const { settings } = readVra(file, 'production', {}, issues, []);
    assert.ok(settings, issues.join());
    return new LiveVra(settings, 'production', {});
  };
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    // As old as a model's folder is in the night.
    const before = Date.now() / 1000 - 60;
    utimesSync(join(folder, path, '..'), before, before - Math.random());
  };
  put('one/r0b_a1.json', '{"features": ["snr", "colour"], "name": "r0b"}');
  put('one/r0b_a2.json', '{"features": ["tone"]}');
  put('one/broken.json', '{"features": ');
  put('one/other.json', '["features"]');
  const columns = new ModelColumns([vraOf('r0b', 'one'), vraOf('agn', 'two')]);
  assert.deepEqual([...columns.read()].sort(), ['colour', 'snr', 'tone']);
  assert.equal(columns.read(), columns.read());
  put('two/agn_a1.json', '{"features": ["shade"]}');
  put('one/r0b_a3.json', '{"features": ["hue"]}');
  assert.deepEqual([...columns.read()].sort(), ['colour', 'hue', 'shade', 'snr', 'tone']);
});
