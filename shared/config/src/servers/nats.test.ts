import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadSettings } from '../settings.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-nats-settings-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const PEM = write('any.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

function credentials(token: string): string {
  const key = '-----BEGIN USER NKEY SEED-----\nSUABCDEF\n------END USER NKEY SEED------\n';
  return `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n\nKeep it.\n\n${key}`;
}

function load(environment: NodeJS.ProcessEnv) {
  return loadSettings({ environment: { LVRA_DATA_ROOT: '/data', ...environment } }).nats;
}

describe('the settings of NATS', () => {
  test('are one server without account and encryption, whose streams it keeps alone, unless others are written', () => {
    assert.deepEqual(load({}), {
      ...{ servers: ['127.0.0.1:4222'], prefix: 'lvra', replicas: 1 },
      ...{ account: undefined, credentials: undefined, tls: undefined },
    });
  });

  test('can be three servers with TLS and an account', () => {
    const { servers, replicas, tls, account } = load({
      ...{ LVRA_NATS_SERVERS: 'one:4222,two:4222,three:4222', LVRA_NATS_REPLICAS: '3', LVRA_NATS_USER: 'night' },
      ...{ LVRA_NATS_PASSWORD: 'hunter2', LVRA_NATS_TLS: 'yes', LVRA_NATS_CA: PEM },
    });
    assert.deepEqual([servers, replicas], [['one:4222', 'two:4222', 'three:4222'], 3]);
    assert.deepEqual(tls, { ca: PEM, certificate: undefined, key: undefined });
    assert.deepEqual([account?.user, account?.password?.()], ['night', 'hunter2']);
  });

  test('can be a credentials file, which is read again at each log-in', () => {
    const LVRA_NATS_CREDENTIALS = write('night.creds', credentials('first'));
    const { credentials: read } = load({ LVRA_NATS_CREDENTIALS });
    assert.match(read?.() ?? '', /first/);
    write('night.creds', credentials('second'));
    assert.match(read?.() ?? '', /second/);
    rmSync(LVRA_NATS_CREDENTIALS);
    assert.throws(() => read?.(), /nats_credentials cannot be read: ENOENT/);
  });

  for (const [environment, message] of [
    [{ LVRA_NATS_REPLICAS: '6' }, /LVRA_NATS_REPLICAS is "6": write a whole number from 1 to 5/],
    [{ LVRA_NATS_CA: PEM }, /count with nats_tls: yes only/],
    [{ LVRA_NATS_TLS: 'yes', LVRA_NATS_KEY: PEM }, /nats_certificate and nats_key go together/],
    [{ LVRA_NATS_TLS: 'yes', LVRA_NATS_CA: '/nowhere' }, /^nats_ca cannot be read: ENOENT/],
    [{ LVRA_NATS_CREDENTIALS: '/nowhere' }, /^nats_credentials cannot be read: ENOENT/],
    [{ LVRA_NATS_CREDENTIALS: PEM }, /nats_credentials: .*any\.pem is not a credentials file/],
    [{ LVRA_NATS_CREDENTIALS: write('a.creds', credentials('a')), LVRA_NATS_USER: 'night' }, /are both set/],
  ] as const) {
    test(`${JSON.stringify(environment)} is refused`, () => {
      assert.throws(() => load(environment), { name: 'UsageError', message });
    });
  }
});
