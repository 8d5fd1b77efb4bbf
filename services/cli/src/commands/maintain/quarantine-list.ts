import type { QuarantineReason } from '@lvra/core';
import type { QuarantinedAlert } from '@lvra/ledger';
import { becameOf, type OpenLedger, putAsideBy, quarantined, quarantineRecord, withLedger } from '@lvra/operations';
import { Command } from 'commander';
import { count, counted, print, printJson, size, table } from '../../command-line/output.js';

const HELP = `
By reason, as in the metric lvra_quarantined_alerts_total, the reason with most alerts first: the number of each alert, the stem
and the stage that put it there, its object where one is known, its size, and what was found; that stands beside
the reason where it is one for all. Of each reason the newest are shown; --reason shows all of one.

Examples:
  lvra quarantine list --since 20260422
  lvra quarantine list --reason not_json
  lvra quarantine list --json | jq -r '.[].diaObjectId // empty'`;

/** So many alerts of each reason fit a screen. */
const SHOWN_OF_REASON = 10;

interface ListOptions {
  readonly all?: true;
  readonly since?: string;
  readonly reason?: string;
  readonly json?: true;
}

export function quarantineListCommand(): Command {
  return new Command('list')
    .description('what is in quarantine')
    .option('--all', 'also what was replayed, and what lvra prune has removed the bytes of')
    .option('--since <night>', 'YYYYMMDD, UTC; this night too')
    .option('--reason <reason>', 'every alert of this reason, and no other')
    .option('--json', 'for programs: every alert; ids are strings')
    .addHelpText('after', HELP)
    .action((options: ListOptions) => withLedger((open) => list(open, options)));
}

async function list(open: OpenLedger, { all, since, reason, json }: ListOptions): Promise<void> {
  const alerts = await quarantined(open, { all: all === true, since, reason });
  if (json) printJson(alerts.map(quarantineRecord));
  else print(alerts.length > 0 ? describe(alerts, reason === undefined) : 'Nothing is in quarantine.');
}

function describe(alerts: readonly QuarantinedAlert[], isShort: boolean): string {
  const byReason = new Map<QuarantineReason, QuarantinedAlert[]>();
  for (const alert of alerts) {
    const those = byReason.get(alert.reason);
    if (those) those.push(alert);
    else byReason.set(alert.reason, [alert]);
  }
  const groups = [...byReason].sort(([, a], [, b]) => b.length - a.length);
  return groups.map(([reason, those]) => describeReason(reason, those, isShort)).join('\n\n');
}

function describeReason(reason: QuarantineReason, alerts: readonly QuarantinedAlert[], isShort: boolean): string {
  const shown = isShort ? alerts.slice(-SHOWN_OF_REASON) : alerts;
  const stems = new Set(alerts.map(({ stem }) => stem)).size;
  // What is true of all of them is said once.
  const details = new Set(shown.map((alert) => becameOf(quarantineRecord(alert)) ?? alert.detail));
  const [common] = details.size === 1 ? details : [];
  const rows = shown.map((alert) => [
    String(alert.id),
    alert.stem,
    putAsideBy(alert),
    alert.diaObjectId === undefined ? '' : String(alert.diaObjectId),
    size(alert.bytes),
    ...(common === undefined ? [becameOf(quarantineRecord(alert)) ?? alert.detail] : []),
  ]);
  const head = ['number', 'stem', 'stage', 'object', 'size', ...(common === undefined ? ['detail'] : [])];
  return [
    `${reason}: ${counted(alerts.length, 'alert')} of ${counted(stems, 'stem')}${common ? `: ${common}` : ''}`,
    table(head, rows, [0, 4]),
    ...(shown.length < alerts.length
      ? [`… and ${count(alerts.length - shown.length)} before: lvra quarantine list --reason ${reason}`]
      : []),
  ].join('\n');
}
