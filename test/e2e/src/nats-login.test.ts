import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { NatsTls } from '@lvra/config';
import { loadSettings } from '@lvra/config';
import { type Certificates, makeCertificates } from '@lvra/test-servers/certificates';
import { removeFolder, temporaryFolder } from '@lvra/test-servers/folders';
import { startNats } from '@lvra/test-servers/nats';
import { makeNatsAccounts } from '@lvra/test-servers/nats-accounts';
import { busTo, connected, receive, STEM, until } from './nats-bus.js';

const folder = temporaryFolder('nats-login');
let certificates: Certificates;

before(() => {
  certificates = makeCertificates(folder);
});
after(() => removeFolder(folder));

async function serverWith(t: TestContext, config: string) {
  const path = join(folder, `${t.name.replace(/\W+/g, '-')}.conf`);
  writeFileSync(path, config);
  const nats = await startNats({ config: path });
  t.after(() => nats.stop('SIGKILL'));
  return nats;
}

function encrypted(also = ''): string {
  const { ca, broker } = certificates;
  return `tls { cert_file: "${broker.certificate}", key_file: "${broker.key}", ca_file: "${ca}" ${also} }\n`;
}

const ofTls = (ca: string | undefined, own?: { certificate: string; key: string }): NatsTls => ({
  ...{ ca, certificate: own?.certificate, key: own?.key },
});

describe('logging in at NATS', { concurrency: 3 }, () => {
  test('with TLS: works with the authority’s certificate, read at each connection', async (t) => {
    const { url } = await serverWith(t, encrypted());
    const ca = join(folder, 'current.pem');
    copyFileSync(certificates.unknown.certificate, ca);
    const { bus, publish, subscribe, works } = busTo(t, url, { tls: ofTls(ca) });
    await until('the wrong authority is named', () =>
      /signed by nobody known here .*nats_ca/.test(bus.problem() ?? ''),
    );
    copyFileSync(certificates.ca, ca);
    await until('the bus works', works);
    await publish(STEM);
    (await receive(await subscribe())).ack();
  });

  test('without TLS at a server that asks for it: the words say what to write', async (t) => {
    const { url } = await serverWith(t, encrypted());
    const { bus } = busTo(t, url);
    await until('it is named', () => /write nats_tls: yes, and as nats_ca/.test(bus.problem() ?? ''));
  });

  test('with TLS at a server that has none: nothing is sent in plain text, and the words say so', async (t) => {
    const { url } = await serverWith(t, '');
    const { bus } = busTo(t, url, { tls: ofTls(certificates.ca) });
    await until('it is named', () => /it does not encrypt: .* nats_tls: no/.test(bus.problem() ?? ''));
  });

  test('at a name that is not the certificate’s is refused, and the name is in the words', async (t) => {
    const { port } = await serverWith(t, encrypted());
    const { bus } = busTo(t, `localhost:${port}`, { tls: ofTls(certificates.ca) });
    await until('it is named', () =>
      /its certificate is for another name .*localhost.*nats_servers/.test(bus.problem() ?? ''),
    );
  });

  test('at a server that asks for our certificate too', async (t) => {
    const { url } = await serverWith(t, encrypted(', verify: true'));
    const { bus } = busTo(t, url, { tls: ofTls(certificates.ca) });
    await connected(t, url, { tls: ofTls(certificates.ca, certificates.client) });
    await until('it is named', () => /nats_certificate/.test(bus.problem() ?? ''));
  });

  test('with a credentials file, which is read at each log-in', async (t) => {
    const [accounts, others] = [makeNatsAccounts(), makeNatsAccounts()];
    const { url } = await serverWith(t, accounts.config);
    const path = join(folder, 'night.creds');
    writeFileSync(path, others.credentials('night'));
    const environment = { LVRA_DATA_ROOT: folder, LVRA_NATS_CREDENTIALS: path };
    const { credentials } = loadSettings({ environment }).nats;
    const { bus, publish, subscribe, works } = busTo(t, url, { credentials });
    await until('the refusal is known', () => /Authorization/i.test(bus.problem() ?? ''));
    writeFileSync(path, accounts.credentials('night'));
    await until('the bus works', works);
    await publish(STEM);
    (await receive(await subscribe())).ack();
  });
});
