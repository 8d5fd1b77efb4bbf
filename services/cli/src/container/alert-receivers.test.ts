import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { alertReceivers } from './alert-receivers.js';

const people = (environment: NodeJS.ProcessEnv) => parse(alertReceivers(environment).configuration).receivers[0];

describe('who hears of alerts', () => {
  test('mail, Slack and a webhook can be set side by side', () => {
    const receiver = people({
      LVRA_ALERT_EMAIL_TO: 'night@example.org',
      LVRA_ALERT_SMTP_SERVER: 'mail.example.org:587',
      LVRA_ALERT_SMTP_USER: 'lvra',
      LVRA_ALERT_SMTP_PASSWORD: 'secret',
      LVRA_ALERT_SLACK: 'https://hooks.example.org/abc',
      LVRA_ALERT_WEBHOOK: 'http://127.0.0.1:9/alerts',
    });
    assert.equal(receiver.email_configs[0].to, 'night@example.org');
    assert.equal(receiver.email_configs[0].auth_password, 'secret');
    assert.equal(receiver.slack_configs[0].api_url, 'https://hooks.example.org/abc');
    assert.deepEqual(receiver.webhook_configs, [{ url: 'http://127.0.0.1:9/alerts', send_resolved: true }]);
  });

  test('the switch that always fires calls its own address and no person', () => {
    const at = (environment: NodeJS.ProcessEnv) => parse(alertReceivers(environment).configuration);
    const { route, receivers } = at({ LVRA_ALERT_HEARTBEAT: 'https://watch.example.org/1' });
    const [{ receiver }] = route.routes.filter((each: { matchers: string[] }) =>
      each.matchers.includes('severity="none"'),
    );
    const found = receivers.find(({ name }: { name: string }) => name === receiver);
    assert.deepEqual(found.webhook_configs, [{ url: 'https://watch.example.org/1', send_resolved: false }]);
    assert.deepEqual(
      at({}).receivers.map(({ name }: { name: string }) => name),
      ['people', 'heartbeat'],
    );
  });

  test('a warning says that no alert is delivered', () => {
    const { issues, warnings } = alertReceivers({ LVRA_ALERT_EMAIL_TO: '' });
    assert.deepEqual(issues, []);
    assert.match(warnings.join(), /no alert is delivered/);
  });

  for (const [what, environment, issue] of [
    ['mail without a server', { LVRA_ALERT_EMAIL_TO: 'a@b.org' }, /LVRA_ALERT_SMTP_SERVER=host:port/],
    ['a server without anybody to mail to', { LVRA_ALERT_SMTP_SERVER: 'm:25' }, /LVRA_ALERT_EMAIL_TO is not/],
    [
      'a user without a password',
      { LVRA_ALERT_EMAIL_TO: 'a@b.org', LVRA_ALERT_SMTP_SERVER: 'm:25', LVRA_ALERT_SMTP_USER: 'u' },
      /go together/,
    ],
    ['a webhook that is no address', { LVRA_ALERT_WEBHOOK: 'pager' }, /LVRA_ALERT_WEBHOOK is not an address/],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.match(alertReceivers(environment).issues.join('\n'), issue);
    });
  }
});
