import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileName } from '@lvra/config';
import { UsageError } from '@lvra/core';
import type { TnsSite } from '@lvra/ledger';
import { DEFAULT_TNS_FILE, loadTnsSettings, TNS_SETTINGS } from './settings.js';

const REPORTER = { LVRA_TNS_REPORTER: 'A. Person' };
const SENDING = { ...REPORTER, LVRA_TNS_BOT_ID: '12345', LVRA_TNS_BOT_NAME: 'Some_Bot', LVRA_TNS_API_KEY: 'hunter2' };

function issues(site: TnsSite | undefined, environment: NodeJS.ProcessEnv): string[] {
  try {
    loadTnsSettings(site, environment);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message.split('\n');
  }
  assert.fail('the settings were accepted');
}

describe('the settings of reports to TNS', () => {
  test('come with the project but for who reports; that is enough for a dry run', () => {
    const settings = loadTnsSettings(undefined, REPORTER);
    assert.deepEqual(
      [...settings.filters],
      [...'ugrizy'].map((band, i) => [band, String(160 + i)]),
    );
    assert.deepEqual([settings.instrument, settings.reportingGroup, settings.dataSourceGroup], ['287', '111', '165']);
    assert.deepEqual([settings.atType, settings.archive, settings.fieldNames], ['1', '2', 'old']);
    assert.equal(settings.sending, undefined);
  });

  test('the file states the defaults that the code has, each below a comment', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-tns-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const bare = join(folder, 'tns.yaml');
    writeFileSync(bare, '');
    const loaded = (environment: NodeJS.ProcessEnv) => {
      const { sending, ...settings } = loadTnsSettings('sandbox', environment);
      return { ...settings, sending: { ...sending, apiKey: sending?.apiKey() } };
    };
    assert.deepEqual(loaded(SENDING), loaded({ ...SENDING, LVRA_TNS_SETTINGS: bare }));
    const lines = readFileSync(DEFAULT_TNS_FILE, 'utf8').split('\n');
    for (const key of Object.keys(TNS_SETTINGS)) {
      let above = lines.findIndex((line) => line.startsWith(`${fileName(key)}:`)) - 1;
      assert.ok(above >= 0, `${fileName(key)} is not in the file`);
      while (/^[a-z_]+:/.test(lines[above] ?? '')) above--;
      assert.match(lines[above] ?? '', /^# /, `${fileName(key)} has no comment above it`);
    }
  });

  test('each site has its address, and the key comes from the environment or a file', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-tns-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key');
    writeFileSync(file, 'hunter2\n');
    const { LVRA_TNS_API_KEY: _, ...rest } = SENDING;
    assert.equal(loadTnsSettings('sandbox', SENDING).sending?.address, 'https://sandbox.wis-tns.org/api');
    const { sending } = loadTnsSettings('live', { ...rest, LVRA_TNS_API_KEY_FILE: file });
    assert.deepEqual([sending?.address, sending?.apiKey()], ['https://www.wis-tns.org/api', 'hunter2']);
  });

  test('all mistakes are said at once, and the key in none of them', () => {
    const found = issues('live', {
      ...{ LVRA_TNS_API_KEY: 'hunter2 and more', LVRA_TNS_BOT_ID: 'x', LVRA_TNS_LOWEST_SNR: '0' },
      ...{ LVRA_TNS_FIELD_NAMES: 'new', LVRA_TNS_FILTER_Q: '7', LVRA_TNS_ARCHIVE: '0' },
    });
    const expected = [
      /^reporter of TNS \(LVRA_TNS_REPORTER\) is not set: write who reports/,
      /^LVRA_TNS_BOT_ID is "x": write the id of the bot, a number$/,
      /^LVRA_TNS_FIELD_NAMES is "new": write one of old, team, tns2$/,
      /^LVRA_TNS_LOWEST_SNR is "0": write a number from 1 to 1000$/,
      /^LVRA_TNS_FILTER_Q is not a setting: did you mean LVRA_TNS_FILTER_[URGIZY]\?$/,
      /^LVRA_TNS_API_KEY holds more than one word/,
      /^bot_name of TNS \(LVRA_TNS_BOT_NAME\) is not set/,
      /^archival_remarks of TNS .*archive is 0/,
    ];
    for (const line of expected)
      assert.ok(
        found.some((said) => line.test(said)),
        `${line} is not in\n${found.join('\n')}`,
      );
    assert.equal(found.length, expected.length, found.join('\n'));
    assert.ok(!found.join('\n').includes('hunter2'));
  });

  test('a key in the file of settings is refused', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-tns-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'tns.yaml');
    writeFileSync(file, 'api_key: hunter2\n');
    const [line, ...others] = issues('live', { ...SENDING, LVRA_TNS_SETTINGS: file });
    assert.match(
      line ?? '',
      /tns\.yaml:1: api_key: a secret does not belong in a file of settings: set LVRA_TNS_API_KEY/,
    );
    assert.deepEqual(others, []);
  });
});
