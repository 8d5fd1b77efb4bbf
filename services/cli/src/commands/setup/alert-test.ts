import { EXIT } from '@lvra/runtime';
import { Command, Option } from 'commander';
import { print } from '../../command-line/output.js';
import { type AlertTest, testAlert } from '../../container/test-alert.js';

const HELP = `
It goes the whole way: Alertmanager is asked whether it hears from Prometheus, and sends a test alert by mail, to Slack and
to the webhook, whichever are set. Exit code 1 if any of them did not take it.

Examples:
  make alert-test
  lvra alert-test --alertmanager http://127.0.0.1:9093`;

/** Prometheus sends what fires once a minute. */
const HEARTBEAT_LIMIT_SECONDS = 300;

export function alertTestCommand(): Command {
  return new Command('alert-test')
    .description('send a test alert to every receiver, and say whether it was accepted')
    .addOption(
      new Option('--alertmanager <address>', 'where it answers')
        .env('LVRA_ALERTMANAGER')
        .default('http://127.0.0.1:9093'),
    )
    .addHelpText('after', HELP)
    .action(async ({ alertmanager }: { alertmanager: string }) => {
      const result = await testAlert(alertmanager);
      print(describe(result).join('\n'));
      if (!isWell(result)) process.exitCode = EXIT.failed;
    });
}

const hears = ({ heartbeatSeconds }: AlertTest) =>
  heartbeatSeconds !== undefined && heartbeatSeconds < HEARTBEAT_LIMIT_SECONDS;

function isWell(result: AlertTest): boolean {
  return hears(result) && result.deliveries.length > 0 && result.deliveries.every(({ taken }) => taken);
}

function describe(result: AlertTest): string[] {
  const { heartbeatSeconds, deliveries } = result;
  const heartbeat = hears(result)
    ? `prometheus: its alerts arrive at Alertmanager, the last ${Math.round(heartbeatSeconds ?? 0)} s ago`
    : 'prometheus: its alerts do not arrive at Alertmanager (no Watchdog within five minutes): see its log and its page /alerts. Two minutes after a start they may be on their way.';
  if (deliveries.length === 0) {
    return [
      heartbeat,
      'No receiver is set: alerts go nowhere. Set LVRA_ALERT_EMAIL_TO, LVRA_ALERT_SLACK or LVRA_ALERT_WEBHOOK in .env, then make up.',
    ];
  }
  return [
    heartbeat,
    ...deliveries.map(({ way, taken, refused }) => `${way}: ${taken ? 'accepted' : notTaken(refused)}`),
  ];
}

function notTaken(refused: boolean): string {
  const what = refused ? 'refused' : 'not sent within 20 s';
  return `${what}; Alertmanager's log says why: docker compose logs --tail 20 alertmanager`;
}
