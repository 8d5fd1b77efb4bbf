import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type KafkaSecurity, secretOf } from '@lvra/config';
import { secretFile } from '@lvra/config/testing/secret-file';
import { type Certificate, type Certificates, makeCertificates } from '@lvra/test-servers/certificates';
import { type SecuredBrokers, startKafka } from '@lvra/test-servers/kafka/brokers';
import kafkajs from 'kafkajs';
import type { AlertConsumer } from '../consumer.js';
import { Broker } from '../testing/kafka.js';
import { range, sorted, TestRig, until } from '../testing/rig.js';
import { kafkaSource } from './source.js';

const USER = 'idac-lvra';
const PASSWORD = 'correct-horse-battery-staple';
/** As at Rubin: every group of an account begins with its name. */
const GROUP = `${USER}-prod`;
const NO_TLS = { account: { user: USER, password: secretOf('LVRA_KAFKA_PASSWORD', () => PASSWORD) }, tls: undefined };

describe('a Kafka broker that requires authentication', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-certificates-'));
  let certificates: Certificates;
  let broker: Broker;
  let brokers: SecuredBrokers;
  let topic: string;

  before(async () => {
    certificates = makeCertificates(folder);
    const security = { user: USER, password: PASSWORD, certificates };
    const server = await startKafka({ version: '3.9', security });
    broker = await Broker.of(server);
    brokers = server.secured as SecuredBrokers;
    topic = await broker.newTopic(2);
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const may = (principal: string, resourceType: number, resourceName: string, resourcePatternType: number) => ({
      ...{ principal, host: '*', resourceType, resourceName, resourcePatternType },
      ...{ operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.ALLOW },
    });
    await broker.admin.createAcls({
      acl: [`User:${USER}`, 'User:CN=client'].flatMap((principal) => [
        may(principal, AclResourceTypes.TOPIC, topic, ResourcePatternTypes.LITERAL),
        may(principal, AclResourceTypes.GROUP, `${USER}-`, ResourcePatternTypes.PREFIXED),
      ]),
    });
    await broker.produce(topic, range(0, 20), 2);
  });

  after(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A consumer that runs as long as the test. */
  async function consume(context: TestContext, servers: string[], security: KafkaSecurity, groupId = GROUP) {
    const rig = await TestRig.create();
    const { ledger, metrics, log } = rig;
    const source = kafkaSource({
      ...{
        servers,
        topics: [topic],
        groupId,
        positions: ledger.positions,
        batchFile: async (stem: string) => rig.paths.batch(stem),
        metrics,
        log,
        security,
      },
    });
    const consumer = rig.consumer(source, { ageMs: 100 }, groupId);
    const stop = new AbortController();
    const ended = consumer.run(stop.signal);
    context.after(async () => {
      stop.abort();
      await ended;
      await rig.close();
    });
    return { rig, consumer };
  }

  async function reads(context: TestContext, servers: string[], security: KafkaSecurity): Promise<void> {
    const { rig } = await consume(context, servers, security, `${GROUP}-${context.name.replaceAll(' ', '-')}`);
    await until('all is read', async () => (await rig.numbers()).length === 20);
    assert.deepEqual(sorted(await rig.numbers()), range(0, 20));
    tellsNoSecret(rig);
  }

  async function isRefused(consumer: AlertConsumer, rig: TestRig, why: RegExp): Promise<void> {
    await until('it is not ready', () => why.test(consumer.notReady() ?? ''));
    assert.deepEqual(await rig.numbers(), []);
    tellsNoSecret(rig);
  }

  function tellsNoSecret(rig: TestRig): void {
    const key = readFileSync(certificates.client.key, 'utf8').split('\n')[1] as string;
    for (const secret of [PASSWORD, 'wrong-password', key]) assert.ok(!rig.logText().includes(secret));
  }

  const tlsFiles = (own?: Certificate, ca = certificates.ca) => ({
    ca: readFileSync(ca, 'utf8'),
    certificate: own && readFileSync(own.certificate, 'utf8'),
    key: own && readFileSync(own.key, 'utf8'),
  });

  describe('a consumer', { concurrency: 4 }, () => {
    test('reads with an account', (context) => reads(context, brokers.account, NO_TLS));

    test('reads with an account over TLS', (context) =>
      reads(context, brokers.accountTls, { ...NO_TLS, tls: tlsFiles() }));

    test('reads with its own certificate', (context) =>
      reads(context, brokers.mutualTls, { account: undefined, tls: tlsFiles(certificates.client) }));

    test('says that its password is wrong, and is not ready', async (context) => {
      const wrong = {
        account: { user: USER, password: secretOf('LVRA_KAFKA_PASSWORD', () => 'wrong-password') },
        tls: undefined,
      };
      const { rig, consumer } = await consume(context, brokers.account, wrong);
      await isRefused(consumer, rig, /Kafka at .* cannot be used: .*authentication failed.*invalid credentials/i);
    });

    test('reads once the file of its password holds the right one', async (context) => {
      const { secret, put } = secretFile(context, 'wrong-password');
      const account = { account: { user: USER, password: secret }, tls: undefined };
      const { rig, consumer } = await consume(context, brokers.account, account, `${GROUP}-file`);
      await isRefused(consumer, rig, /authentication failed/i);
      put(PASSWORD);
      await until('all is read', async () => (await rig.numbers()).length === 20);
      tellsNoSecret(rig);
    });

    test('says that its group may not be read as', async (context) => {
      const { rig, consumer } = await consume(context, brokers.account, NO_TLS, 'prod');
      await isRefused(
        consumer,
        rig,
        /Kafka at .* cannot be used: .* of prod: .* the account may not read as this group; see group_prefix/,
      );
    });

    test('trusts no broker whose certificate is signed by an unknown authority', async (context) => {
      const tls = tlsFiles(undefined, certificates.unknown.certificate);
      const { rig, consumer } = await consume(context, brokers.accountTls, { ...NO_TLS, tls });
      await isRefused(consumer, rig, /Kafka at .* cannot be used: .*certificate/i);
    });

    test('is rejected with a certificate of an unknown authority', async (context) => {
      const security = { account: undefined, tls: tlsFiles(certificates.unknown) };
      const { rig, consumer } = await consume(context, brokers.mutualTls, security);
      await isRefused(consumer, rig, /Kafka at .* cannot be used/);
    });
  });
});
