import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { COMMON_SETTINGS } from './common.js';
import { fileName } from './names.js';
import { DEFAULT_SETTINGS_FILE, loadSettings } from './settings.js';

/** Set in the profiles of the shipped file, as the code has no default for them. */
const WITHOUT_DEFAULT = ['kafkaServer', 'myTopic', 'endpoint'];

describe('the settings that come with the project', () => {
  const lines = readFileSync(DEFAULT_SETTINGS_FILE, 'utf8').split('\n');

  test('every key is there, below a comment of its own', () => {
    for (const key of Object.keys(COMMON_SETTINGS)) {
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${fileName(key)}:`));
      assert.notEqual(at, -1, `${fileName(key)} is not in the file`);
      let above = at - 1;
      // Keys that belong together stand together.
      while (/^\s*[a-z_]+:/.test(lines[above] ?? '') && !/^\s*(production|development):/.test(lines[above] ?? ''))
        above--;
      assert.match(lines[above] ?? '', /^\s*# /, `${fileName(key)} has no comment above it`);
    }
  });

  test('they state the defaults that the code has', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-shipped-'));
    try {
      const { production } = parse(lines.join('\n')) as { production: Record<string, string> };
      const bare = join(folder, 'settings.yaml');
      writeFileSync(bare, WITHOUT_DEFAULT.map((key) => `${fileName(key)}: ${production[fileName(key)]}\n`).join(''));
      const environment = { LVRA_DATA_ROOT: '/data' };
      assert.deepEqual(
        { ...loadSettings({ environment }), vras: [] },
        { ...loadSettings({ environment: { ...environment, LVRA_SETTINGS: bare } }), vras: [] },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('both profiles can be loaded, and r0b is the demonstration', () => {
    for (const [LVRA_PROFILE, root] of [
      ['production', 'LVRA_DATA_ROOT'],
      ['development', 'LVRA_DATA_ROOT_DEV'],
    ] as const) {
      const { vras, warnings } = loadSettings({ environment: { LVRA_PROFILE, [root]: '/data' } });
      assert.deepEqual(warnings, []);
      assert.deepEqual(
        vras.map(({ modelName, modelVersion, topicOut }) => [modelName, modelVersion, topicOut]),
        [['r0b', 'demo', 'r0b_lvra']],
      );
      assert.match(vras[0]?.modelPath ?? '', /deploy\/models\/demo\/r0b_demo\.onnx$/);
    }
  });
});
