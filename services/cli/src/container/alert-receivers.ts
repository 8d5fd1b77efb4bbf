import { readSecret } from '@lvra/config';
import { stringify } from 'yaml';
import { INHIBITIONS } from './inhibitions.js';

/** Who receives alerts according to `.env`, and the issues found in it. */
export interface AlertReceivers {
  /** Alertmanager's configuration file. Holds secrets. */
  readonly configuration: string;
  readonly issues: string[];
  /** What an operator should know though it is no error. */
  readonly warnings: string[];
}

/** The receiver that reaches the operators. */
export const PEOPLE = 'people';

/** The alert that `lvra alert-test` sends. */
export const TEST_ALERT = 'LvraAlertTest';

/** Pages repeat every hour until an operator acts. The rest can wait for the morning. */
const AGAIN_AFTER = { page: '1h', notice: '24h', heartbeat: '5m' };

/**
 * Writes Alertmanager's configuration from `.env`, because Alertmanager itself reads no environment.
 *
 * @param environment the names below, as in `.env.example`
 */
export function alertReceivers(environment: NodeJS.ProcessEnv): AlertReceivers {
  const issues: string[] = [];
  const email = emailOf(environment, issues);
  const slack = readSecret(['LVRA_ALERT_SLACK'], environment, issues)?.();
  const webhook = readSecret(['LVRA_ALERT_WEBHOOK'], environment, issues)?.();
  const heartbeat = readSecret(['LVRA_ALERT_HEARTBEAT'], environment, issues)?.();
  const addresses = { LVRA_ALERT_SLACK: slack, LVRA_ALERT_WEBHOOK: webhook, LVRA_ALERT_HEARTBEAT: heartbeat };
  for (const [name, address] of Object.entries(addresses)) {
    if (address !== undefined && !/^https?:\/\/[^/]/.test(address)) {
      issues.push(`${name} is not an address: write https://… as the receiver gave it to you`);
    }
  }
  const people = {
    name: PEOPLE,
    ...(email && { email_configs: [email] }),
    ...(slack && { slack_configs: [slackMessage(slack)] }),
    ...(webhook && { webhook_configs: [{ url: webhook, send_resolved: true }] }),
  };
  const route = {
    receiver: PEOPLE,
    group_by: ['alertname', 'vra'],
    group_wait: '15s',
    group_interval: '5m',
    repeat_interval: AGAIN_AFTER.page,
    routes: [
      // At once, and a second test is not the first one again.
      { matchers: [`alertname="${TEST_ALERT}"`], receiver: PEOPLE, group_by: ['alertname', 'test'], group_wait: '0s' },
      { matchers: ['severity="notice"'], receiver: PEOPLE, repeat_interval: AGAIN_AFTER.notice },
      { matchers: ['severity="none"'], receiver: 'heartbeat', repeat_interval: AGAIN_AFTER.heartbeat },
    ],
  };
  // A heartbeat monitor: it reports when the calls stop.
  const silence = {
    name: 'heartbeat',
    ...(heartbeat && { webhook_configs: [{ url: heartbeat, send_resolved: false }] }),
  };
  const warnings =
    email || slack || webhook
      ? []
      : ['no alert is delivered: set LVRA_ALERT_EMAIL_TO, LVRA_ALERT_SLACK or LVRA_ALERT_WEBHOOK'];
  return {
    configuration: stringify({ route, inhibit_rules: INHIBITIONS, receivers: [people, silence] }),
    issues,
    warnings,
  };
}

function emailOf(environment: NodeJS.ProcessEnv, issues: string[]) {
  const to = environment.LVRA_ALERT_EMAIL_TO?.trim();
  const server = environment.LVRA_ALERT_SMTP_SERVER?.trim();
  const user = environment.LVRA_ALERT_SMTP_USER?.trim();
  const password = readSecret(['LVRA_ALERT_SMTP_PASSWORD'], environment, issues)?.();
  if (!to) {
    if (server) issues.push('LVRA_ALERT_SMTP_SERVER is set and LVRA_ALERT_EMAIL_TO is not: write who gets the mail');
    return undefined;
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(to)) issues.push(`LVRA_ALERT_EMAIL_TO is ${JSON.stringify(to)}: write one address`);
  if (!/^[^\s:]+:\d+$/.test(server ?? '')) {
    issues.push('LVRA_ALERT_EMAIL_TO needs a mail server: write LVRA_ALERT_SMTP_SERVER=host:port');
  }
  if ((user === undefined || user === '') !== (password === undefined)) {
    issues.push('LVRA_ALERT_SMTP_USER and LVRA_ALERT_SMTP_PASSWORD go together: set both or none');
  }
  return {
    to,
    from: environment.LVRA_ALERT_EMAIL_FROM?.trim() || to,
    smarthost: server,
    send_resolved: true,
    ...(user && { auth_username: user, auth_password: password }),
  };
}

function slackMessage(address: string) {
  return {
    api_url: address,
    send_resolved: true,
    title: '{{ .CommonAnnotations.summary }}',
    text: '{{ range .Alerts }}{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}',
  };
}
