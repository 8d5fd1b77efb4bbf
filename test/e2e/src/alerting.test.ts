import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { alertReceivers } from '@lvra/cli';
import { Metrics, serveHealth } from '@lvra/telemetry';
import { startAlertmanager, startPrometheus } from '@lvra/test-servers/prometheus';
import { amtoolPath, promtoolPath } from '@lvra/test-servers/tools';
import { parse } from 'yaml';

const PROMETHEUS = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));

const TESTS = ['rules.test.yml', 'nights.test.yml'];

const FIRST_BURST = fileURLToPath(
  new URL('../../../../shared/cases/quarantine-first-burst/first-burst.test.yml', import.meta.url),
);

/** Runs one of Prometheus's own checkers. @throws if it finds something */
const check = (tool: string, ...args: string[]) => execFileSync(tool, args, { encoding: 'utf8', stdio: 'pipe' });

/** The fields checked here of what Alertmanager sends to a webhook. */
interface Notification {
  readonly status: string;
  readonly alerts: { labels: Record<string, string>; annotations: Record<string, string> }[];
}

describe('alerts', () => {
  test('fire when they must and are silent when they must be', () => {
    check(promtoolPath(), 'check', 'rules', join(PROMETHEUS, 'rules/lvra.yml'));
    for (const file of TESTS) check(promtoolPath(), 'test', 'rules', join(PROMETHEUS, file));
  });

  test('see the first burst of a counter, also one that no scrape has seen at 0', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-rules-'));
    copyFileSync(join(PROMETHEUS, 'rules/lvra.yml'), join(folder, 'lvra.yml'));
    copyFileSync(FIRST_BURST, join(folder, 'first-burst.test.yml'));
    assert.match(check(promtoolPath(), 'test', 'rules', join(folder, 'first-burst.test.yml')), /SUCCESS/);
    rmSync(folder, { recursive: true });
  });

  test('count what every counter was born with', () => {
    const rules = readFileSync(join(PROMETHEUS, 'rules/lvra.yml'), 'utf8').replace(/^ *#.*$/gm, '');
    const counted = [...rules.matchAll(/increase\((\w+(?:\{[^}]*\})?)\[(\w+)\]\)/g)];
    assert.ok(counted.length > 10);
    for (const [increase, counter, window] of counted) {
      const rise = `((${counter} unless last_over_time(${counter}[${window}] offset ${window})) or ${increase})`;
      assert.ok(rules.includes(rise), `${increase} stands outside of ${rise}`);
    }
  });

  test('are each tested for firing and for silence, and explained in docs/operations.md', () => {
    const names = [...readFileSync(join(PROMETHEUS, 'rules/lvra.yml'), 'utf8').matchAll(/- alert: (\w+)/g)].map(String);
    const tests = TESTS.map((file) => readFileSync(join(PROMETHEUS, file), 'utf8')).join('');
    const operations = readFileSync(join(PROMETHEUS, '../../docs/operations.md'), 'utf8');
    assert.ok(names.length > 20);
    for (const name of names.map((found) => found.split(',')[1])) {
      assert.match(tests, new RegExp(`${name} fires`));
      assert.match(tests, new RegExp(`${name} is silent`));
      assert.match(operations, new RegExp(`^#+ ${name}$`, 'm'));
    }
  });

  test('each lead to their own heading of the runbook', () => {
    const rules = parse(readFileSync(join(PROMETHEUS, 'rules/lvra.yml'), 'utf8')) as {
      groups: { rules: { alert?: string; annotations?: Record<string, string> }[] }[];
    };
    const alerts = rules.groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
    assert.ok(alerts.length > 25);
    for (const { alert = '', annotations } of alerts) {
      assert.equal(annotations?.runbook_url, `{{ $externalURL }}/consoles/runbook.html#${alert.toLowerCase()}`);
    }
  });

  test('ask for metrics that exist', () => {
    const page = new Metrics('host/1/2');
    page.beginConsumer('kafka');
    page.watchConsumer(() => true);
    // Registered when they are first asked for, in the one registry of all.
    const known = [page.console, page.traces]
      .flatMap(({ registry }) => registry.getMetricsAsArray())
      .map(({ name }) => name);
    const rules = readFileSync(join(PROMETHEUS, 'rules/lvra.yml'), 'utf8').replace(/^ *#.*$/gm, '');
    for (const [, name = ''] of rules.matchAll(/\b(lvra_\w+|process_\w+)/g)) {
      assert.ok(known.includes(name.replace(/_(bucket|count|sum)$/, '')), name);
    }
  });

  test('have a configuration of Prometheus that promtool accepts', () => {
    // promtool expects the rules at their path in the container.
    const folder = mkdtempSync(join(tmpdir(), 'lvra-prometheus-'));
    const text = readFileSync(join(PROMETHEUS, 'prometheus.yml'), 'utf8');
    writeFileSync(join(folder, 'prometheus.yml'), text.replace('/etc/prometheus/', PROMETHEUS));
    assert.match(
      check(promtoolPath(), 'check', 'config', join(folder, 'prometheus.yml')),
      /1 rule files found[\s\S]*SUCCESS/,
    );
    rmSync(folder, { recursive: true });
  });

  test('have a configuration of Alertmanager that amtool accepts, for every kind of receiver', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-alertmanager-'));
    const path = join(folder, 'alertmanager.yml');
    const mail = { LVRA_ALERT_EMAIL_TO: 'night@example.org', LVRA_ALERT_SMTP_SERVER: 'mail.example.org:587' };
    const login = { LVRA_ALERT_SMTP_USER: 'lvra', LVRA_ALERT_SMTP_PASSWORD: 'secret' };
    const web = { LVRA_ALERT_SLACK: 'https://hooks.example.org/a', LVRA_ALERT_WEBHOOK: 'https://pager.example.org/b' };
    for (const environment of [{}, mail, { ...mail, ...login }, web, { ...mail, ...login, ...web }]) {
      writeFileSync(path, alertReceivers(environment).configuration);
      assert.match(check(amtoolPath(), 'check-config', path), /SUCCESS/);
    }
    rmSync(folder, { recursive: true });
  });

  test('reach a webhook, from the metrics page of a service on', { timeout: 120_000 }, async (context) => {
    const received: Notification[] = [];
    const pager = createServer(async (request, response) => {
      received.push((await json(request)) as Notification);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(pager, 'listening');
    context.after(() => pager.close());

    const metrics = new Metrics();
    metrics.beginConsumer('kafka');
    const page = await serveHealth({ host: '127.0.0.1', port: 0, metrics, notReady: () => [] });
    context.after(() => page.close());

    const webhook = `http://127.0.0.1:${(pager.address() as AddressInfo).port}/`;
    const { configuration } = alertReceivers({ LVRA_ALERT_WEBHOOK: webhook });
    const alertmanager = await startAlertmanager(configuration.replace('group_wait: 15s', 'group_wait: 100ms'));
    context.after(() => alertmanager.stop());
    const prometheus = await startPrometheus(
      `
      global: { scrape_interval: 200ms, evaluation_interval: 200ms }
      rule_files: ['${join(PROMETHEUS, 'rules/lvra.yml')}']
      alerting: { alertmanagers: [{ static_configs: [{ targets: ['${new URL(alertmanager.address).host}'] }] }] }
      scrape_configs: [{ job_name: consumer, static_configs: [{ targets: ['127.0.0.1:${page.port}'] }] }]`,
      join(PROMETHEUS, 'consoles'),
    );
    context.after(() => prometheus.stop());

    // Prometheus must have seen the counter before it rises.
    const seen = async () => {
      const answer = await fetch(`${prometheus.address}/api/v1/query?query=lvra_kafka_gone_messages_total`);
      return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0;
    };
    while (!(await seen())) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(received.length, 0);
    metrics.consumer.kafkaGone.inc(12);
    while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const [first] = received;
    assert.ok(first);
    const [alert] = first.alerts;
    assert.equal(first.status, 'firing');
    assert.equal(alert?.labels.alertname, 'LvraMessagesGone');
    assert.equal(alert?.labels.severity, 'page');
    assert.match(String(alert?.annotations.description), /messages are lost/);
    const runbook = String(alert?.annotations.runbook_url);
    const shown = await (await fetch(runbook)).text();
    assert.ok(shown.includes(`id="${new URL(runbook).hash.slice(1)}"`), shown);
  });
});
