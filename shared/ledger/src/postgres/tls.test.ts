import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LedgerTls } from '@lvra/core';
import { makeCertificates } from '@lvra/test-servers/certificates';
import { startPostgres } from '@lvra/test-servers/postgres';
import { Ledger } from '../ledger.js';
import { serverOf } from '../testing/postgres.js';

test('with TLS the server’s certificate and name are checked, and ours is given where it asks for one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-ledger-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { ca, broker, client, unknown } = makeCertificates(folder);
  const server = await startPostgres({
    ...{ fsync: false, tls: { server: broker, ca }, settings: { listen_addresses: '127.0.0.1,127.0.0.2' } },
  });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const address = serverOf(server.address('lvra'));
  const open = (tls: LedgerTls | undefined, host = '127.0.0.1') =>
    Ledger.open({ ...address, hosts: [{ ...address.hosts[0]!, host }], tls }, ['r0b'], { create: true });
  const own = { ca, certificate: client.certificate, key: client.key };

  const ledger = await open(own);
  assert.equal(await ledger.work('feature', 'r0b').paused(0), undefined);
  await ledger.close();
  for (const [why, opened, words] of [
    [
      'without our certificate',
      () => open({ ca, certificate: undefined, key: undefined }),
      /requires a valid client certificate/,
    ],
    [
      'with one of nobody',
      () => open({ ...own, certificate: unknown.certificate, key: unknown.key }),
      /cannot be used/,
    ],
    ['of another authority', () => open({ ...own, ca: unknown.certificate }), /certificate/],
    ['of none that the system trusts', () => open({ ...own, ca: undefined }), /certificate/],
    ['under another name', () => open(own, 'localhost'), /does not match certificate's altnames/],
    ['under another address', () => open(own, '127.0.0.2'), /does not match certificate's altnames|IP: 127\.0\.0\.2/],
    ['without TLS', () => open(undefined), /no encryption|no pg_hba\.conf entry/],
    ['without the file', () => open({ ...own, ca: join(folder, 'none.pem') }), /ENOENT.*none\.pem/],
  ] as const) {
    await assert.rejects(opened(), { name: 'UsageError', message: words }, why);
  }
});
