import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { LedgerServer } from '@lvra/core';
import { loadSettings } from '../settings.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-ledger-settings-'));
after(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const PEM = write('any.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

function load(environment: NodeJS.ProcessEnv) {
  return loadSettings({ environment: { LVRA_DATA_ROOT: '/data', ...environment } });
}

const server = (environment: NodeJS.ProcessEnv) => load(environment).ledger as LedgerServer;
const ON_SERVER = { LVRA_LEDGER: 'postgres://night@db1,db2:5433/lvra' };

describe('where the ledger is', () => {
  test('a file of the data folder, unless a server is named', () => {
    assert.equal(load({}).ledger, '/data/db/log.db');
    const { hosts, user, database, singleServer, password } = server(ON_SERVER);
    assert.deepEqual([hosts.length, user, database, singleServer, password], [2, 'night', 'lvra', false, undefined]);
  });

  test('the connection is encrypted, unless every host is this one or the settings say no', () => {
    const none = { ca: undefined, certificate: undefined, key: undefined };
    assert.deepEqual(server(ON_SERVER).tls, none);
    assert.equal(server({ ...ON_SERVER, LVRA_LEDGER_TLS: 'no' }).tls, undefined);
    assert.equal(server({ LVRA_LEDGER: 'postgres://127.0.0.1,localhost/lvra' }).tls, undefined);
    assert.deepEqual(server({ LVRA_LEDGER: 'postgres://127.0.0.1,db2/lvra' }).tls, none);
    const [own, key] = [
      write('own.pem', '-----BEGIN CERTIFICATE-----'),
      write('own.key', '-----BEGIN PRIVATE KEY-----'),
    ];
    const files = { LVRA_LEDGER_CA: PEM, LVRA_LEDGER_CERTIFICATE: own, LVRA_LEDGER_KEY: key };
    const tls = { ca: PEM, certificate: own, key };
    assert.deepEqual(server({ ...ON_SERVER, ...files }).tls, tls);
  });

  test('its password is read at each connection, so that a new one needs no restart', () => {
    const file = write('password', 'first\n');
    const { password } = server({ ...ON_SERVER, LVRA_LEDGER_PASSWORD_FILE: file });
    assert.equal(password?.(), 'first');
    writeFileSync(file, 'second\n');
    assert.equal(password?.(), 'second');
  });

  for (const [environment, message] of [
    [{ LVRA_LEDGER: 'postgres://lvra:secret@db1/lvra' }, /LVRA_LEDGER is .*: write postgres:.* without a password/],
    [{ LVRA_LEDGER: '/data/other.db' }, /LVRA_LEDGER is .*: write postgres:/],
    [{ LVRA_LEDGER_PASSWORD: 'secret' }, /count on a server only: set ledger/],
    [{ LVRA_LEDGER_CA: '/ca.pem' }, /count on a server only: set ledger/],
    [{ ...ON_SERVER, LVRA_LEDGER_CA: '/nowhere' }, /^ledger_ca cannot be read: ENOENT/],
    [{ ...ON_SERVER, LVRA_LEDGER_CA: write('empty', '') }, /^ledger_ca: .*empty is not a PEM file/],
    [{ ...ON_SERVER, LVRA_LEDGER_KEY: PEM }, /ledger_certificate and ledger_key go together/],
    [{ ...ON_SERVER, LVRA_LEDGER_TLS: 'no', LVRA_LEDGER_CA: '/ca.pem' }, /count with ledger_tls: yes only/],
  ] as const) {
    test(`${JSON.stringify(environment)} is refused`, () => {
      assert.throws(() => load(environment), { name: 'UsageError', message });
    });
  }
});
