import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { loadSettings, type Settings } from '../settings.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-kafka-settings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const CA = write('ca.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
const KEY = write('own.key', '-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n');
const BASIC = 'kafka_server: kafka.example.org:9092\nmy_topic: lsst-alerts-v11\ngroup_id: prod\ndry_run: yes\n';

function load(text: string, environment: NodeJS.ProcessEnv = {}): Settings {
  const LVRA_SETTINGS = write('settings.yaml', BASIC + text);
  return loadSettings({ environment: { LVRA_SETTINGS, LVRA_DATA_ROOT: '/data', ...environment } });
}

function issues(text: string, environment: NodeJS.ProcessEnv = {}): string[] {
  try {
    load(text, environment);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message.split('\n');
  }
  assert.fail('the settings were accepted');
}

describe('the settings of the Kafka source', () => {
  test('are by default those of Lasair’s public broker', () => {
    const { format, keepCutouts, groupId, kafkaSecurity, schemaRegistry } = load('');
    assert.deepEqual(
      { format, keepCutouts, groupId, kafkaSecurity, schemaRegistry },
      {
        ...{ format: 'json', keepCutouts: false, groupId: 'prod', schemaRegistry: undefined },
        kafkaSecurity: { account: undefined, tls: undefined },
      },
    );
  });

  test('can be those of Rubin', () => {
    const text =
      'format: avro\nschema_registry: https://schemas.example.org/schema-registry/\nkafka_user: idac\ngroup_prefix: idac-\n';
    const settings = load(text, { LVRA_KAFKA_PASSWORD: 'secret' });
    assert.equal(settings.groupId, 'idac-prod');
    assert.equal(settings.schemaRegistry, 'https://schemas.example.org/schema-registry');
    const { user, password } = settings.kafkaSecurity.account ?? {};
    assert.deepEqual([user, password?.()], ['idac', 'secret']);
  });

  test('take paths from the folder of the file, and the password from one of its own', () => {
    const text = `format: avro\nschema_registry: schemas\nkafka_user: idac\nkafka_tls: yes\nkafka_ca: ca.pem\nkafka_certificate: ${CA}\nkafka_key: own.key\n`;
    const settings = load(text, { LVRA_KAFKA_PASSWORD_FILE: write('password', 'secret\n') });
    assert.equal(settings.schemaRegistry, join(folder, 'schemas'));
    assert.equal(settings.kafkaSecurity.account?.password(), 'secret');
    const { ca, certificate, key } = settings.kafkaSecurity.tls ?? {};
    assert.match(`${ca}${certificate}${key}`, /AAAA.*AAAA.*BBBB/s);
  });

  test('take servers as the Kafka client reads them, and say what to write instead of others', () => {
    const load = (given: string) => issues('', { LVRA_KAFKA_SERVER: given });
    for (const given of ['[::1]:9092', 'kafka://one:9092', 'one:99999', 'one:0', 'one', 'one:9092,[::1]:9092']) {
      const [issue = '', ...others] = load(given);
      assert.match(
        issue,
        /^LVRA_KAFKA_SERVER is .*: write host:port, .*; a name for an address of IPv6, and no scheme/,
      );
      assert.deepEqual(others, []);
    }
  });

  test('refuse a password in an address, and do not show it', () => {
    const address = 'https://idac:hunter2@schemas.example.org/registry';
    const write = 'write the address of a schema registry, or a folder of schemas; no name or password belongs in it';
    const [issue, ...others] = issues(`format: avro\nschema_registry: ${address}\n`);
    assert.equal(
      issue?.replace(/^.*(schema_registry)/, '$1'),
      `schema_registry is "https://…@schemas.example.org/registry": ${write}`,
    );
    assert.deepEqual(others, []);
  });

  test('are refused all at once if they do not go together', () => {
    const text = `format: avro\nkafka_user: idac\nkafka_ca: ${CA}\nkafka_key: ${KEY}\n`;
    assert.deepEqual(issues(text), [
      'kafka_user is set but its password is not: set LVRA_KAFKA_PASSWORD or LVRA_KAFKA_PASSWORD_FILE',
      'kafka_ca, kafka_certificate and kafka_key count with kafka_tls: yes only: write it, or leave them out',
      'kafka_certificate and kafka_key go together: write both or none',
      'schema_registry is not set: the format is avro; write the address of a schema registry, or a folder of schemas (or LVRA_SCHEMA_REGISTRY)',
    ]);
    assert.deepEqual(issues('keep_cutouts: yes\n', { LVRA_KAFKA_PASSWORD: 'secret' }), [
      'LVRA_KAFKA_PASSWORD is set but kafka_user is not: write the account that it belongs to',
      'keep_cutouts is yes, but only alerts in Avro have cutouts: write format: avro, or keep_cutouts: no',
    ]);
  });

  test('do not take the password from the file, and do not repeat it', () => {
    const [line = '', ...others] = issues('kafka_user: idac\nkafka_password: secret\n');
    assert.match(line, /kafka_password.*a secret does not belong in a file of settings: set LVRA_KAFKA_PASSWORD/);
    assert.ok(![line, ...others].join().includes('secret\n') && !line.includes(': secret'));
  });

  test('are refused if a file is missing or none of TLS', () => {
    const text = `kafka_tls: yes\nkafka_ca: ${join(folder, 'none.pem')}\n`;
    assert.match(issues(text)[0] ?? '', /kafka_ca cannot be read: .*ENOENT/);
    const empty = write('empty.pem', 'nothing');
    assert.match(issues(`kafka_tls: yes\nkafka_ca: ${empty}\n`)[0] ?? '', /is not a PEM file/);
  });
});
