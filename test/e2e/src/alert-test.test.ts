import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertReceivers, INHIBITIONS, testAlert } from '@lvra/cli';
import { freePort } from '@lvra/test-servers/ports';
import { startAlertmanager, type WebServer } from '@lvra/test-servers/prometheus';
import { parse } from 'yaml';

interface Notification {
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** A receiver of webhooks that answers with this status. */
async function pager(t: TestContext, status: number) {
  const received: Notification[] = [];
  const server = createServer(async (request, response) => {
    received.push((await json(request)) as Notification);
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { received, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function alertmanagerFor(t: TestContext, environment: NodeJS.ProcessEnv): Promise<WebServer> {
  const server = await startAlertmanager(alertReceivers(environment).configuration);
  t.after(() => server.stop());
  return server;
}

async function post({ address }: WebServer, ...labels: Readonly<Record<string, string>>[]): Promise<void> {
  const answer = await fetch(`${address}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(labels.map((each) => ({ labels: each }))),
  });
  assert.equal(answer.status, 200, await answer.text());
}

describe('lvra alert-test', { concurrency: true }, () => {
  test('says that a receiver took the alert, each time, and when Prometheus was last heard', async (t) => {
    const { received, address } = await pager(t, 200);
    const alertmanager = await alertmanagerFor(t, { LVRA_ALERT_WEBHOOK: address });
    assert.equal((await testAlert(alertmanager.address)).heartbeatSeconds, undefined);
    await post(alertmanager, { alertname: 'Watchdog', severity: 'none' });
    const again = await testAlert(alertmanager.address);
    assert.deepEqual(again.deliveries, [{ way: 'webhook', taken: true, refused: false }]);
    assert.ok((again.heartbeatSeconds ?? Number.NaN) < 60);
    const names = received.flatMap(({ alerts }) => alerts.map(({ labels }) => labels.alertname));
    assert.deepEqual(names, ['LvraAlertTest', 'LvraAlertTest']);
  });

  test('says that a receiver refused it', async (t) => {
    const { address } = await pager(t, 500);
    const alertmanager = await alertmanagerFor(t, { LVRA_ALERT_WEBHOOK: address });
    const { deliveries } = await testAlert(alertmanager.address);
    assert.deepEqual(deliveries, [{ way: 'webhook', taken: false, refused: true }]);
  });

  test('says that alerts have no receiver', async (t) => {
    assert.deepEqual((await testAlert((await alertmanagerFor(t, {})).address)).deliveries, []);
  });

  test('names the address of Alertmanager, and that something else answers there', async (t) => {
    const unreachable = `http://127.0.0.1:${await freePort()}`;
    await assert.rejects(testAlert(unreachable), { name: 'UsageError', message: /does not answer at .*ECONNREFUSED/ });
    for (const body of ['<html>', '{}']) {
      const other = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
      await once(other, 'listening');
      t.after(() => other.close());
      const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      await assert.rejects(testAlert(address), { name: 'UsageError', message: /is no Alertmanager/ });
    }
  });
});

describe('while a cause fires', { concurrency: true }, () => {
  test('its effects are not sent to operators, all other alerts are', async (t) => {
    const alertmanager = await alertmanagerFor(t, {});
    await post(
      alertmanager,
      { alertname: 'LvraServiceDown', job: 'predict' },
      { alertname: 'LvraStageStuck', stage: 'predict', vra: 'r0b' },
      { alertname: 'LvraAlertsWait', vra: 'r0b' },
      { alertname: 'LvraReplicaMissing', job: 'predict' },
      { alertname: 'LvraReplicaMissing', job: 'annotate' },
      { alertname: 'LvraStageNotReady', stage: 'annotate', vra: 'r1' },
      { alertname: 'LvraDiskNearlyFull' },
      { alertname: 'LvraLagGrowing' },
    );
    const suppressed = async () => {
      const answer = await fetch(`${alertmanager.address}/api/v2/alerts?inhibited=true&active=false`);
      const alerts = (await answer.json()) as { labels: Record<string, string> }[];
      return alerts.map(({ labels }) => `${labels.alertname} ${labels.stage ?? labels.job ?? ''}`.trim()).sort();
    };
    const wanted = ['LvraAlertsWait', 'LvraLagGrowing', 'LvraReplicaMissing predict', 'LvraStageStuck predict'];
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline && (await suppressed()).length < wanted.length) await sleep(100);
    assert.deepEqual(await suppressed(), wanted);
  });

  test('it is an alert that there is, and a page', () => {
    const rules = parse(
      readFileSync(new URL('../../../deploy/prometheus/rules/lvra.yml', import.meta.url), 'utf8'),
    ) as { groups: { rules: { alert?: string; labels?: { severity: string } }[] }[] };
    const severities = new Map(
      rules.groups.flatMap(({ rules }) => rules.map(({ alert, labels }) => [alert, labels?.severity])),
    );
    const names = (matchers: readonly string[]) => /"([^"]*)"/.exec(matchers[0] ?? '')?.[1]?.split('|') ?? [];
    for (const { source_matchers, target_matchers } of INHIBITIONS) {
      for (const cause of names(source_matchers)) assert.equal(severities.get(cause), 'page', cause);
      for (const effect of names(target_matchers)) assert.ok(severities.has(effect), effect);
    }
  });
});
