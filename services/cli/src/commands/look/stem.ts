import type { Settings } from '@lvra/config';
import { statusMeaning } from '@lvra/core';
import { type StemRecord, stemRecord } from '@lvra/operations';
import { Command } from 'commander';
import { consoleLink } from '../../command-line/console-link.js';
import { count, duration, size, table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';

const HELP = `
Shows where the stem came from, its files, its status in each stage, what became of its scores at Lasair, and everything
that happened to it, oldest first.

Examples:
  lvra stem 20260202_102448
  lvra stem 20260202_102448 --json | jq '.events[] | select(.status > 1)'`;

export function stemCommand(): Command {
  return new Command('stem')
    .description('the whole history of one stem')
    .argument('<stem>', 'YYYYMMDD_HHMMSS')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action((stem: string, { json }: { json?: true }) => printAnswer((open) => stemRecord(open, stem), describe, json));
}

function describe(record: StemRecord, settings: Settings): string {
  const parts = [origin, files, statuses, unscored, scores, events].map((part) => part(record));
  const shown = [...parts, consoleLink(settings, `/stems/${record.stem}`)].filter((lines) => lines.length > 0);
  return [record.stem, ...shown.map((lines) => lines.join('\n'))].join('\n\n');
}

function origin({ batch, offsets, quarantined }: StemRecord): string[] {
  if (!batch) return [];
  // Its alerts are known from when it is registered.
  const summary =
    batch.alerts === undefined
      ? `reserved by ${batch.consumer} at ${utc(batch.reservedAt)}, ${batch.abandonedAt ? `given up at ${utc(batch.abandonedAt)}` : 'never registered'}`
      : `${count(batch.alerts)} alerts (${size(batch.bytes ?? 0)}) from ${batch.source}, registered at ${utc(batch.registeredAt)}`;
  return [
    summary,
    ...offsets.map(
      ({ topic, partition, first, last, groupId }) =>
        `  ${topic}[${partition}] offsets ${first} to ${last}, group ${groupId}`,
    ),
    ...quarantined.map(({ stage, reason, alerts }) => `  ${count(alerts)} in quarantine by ${stage}: ${reason}`),
  ];
}

function files({ files, objects }: StemRecord): string[] {
  const found = files.map(({ what, path, bytes }) => `${what.padEnd(9)} ${path} (${size(bytes)})`);
  return objects > 0 ? [...found, `objects   ${count(objects)} with features`] : found;
}

function statuses({ statuses }: StemRecord): string[] {
  const failed = statuses.some(({ nextAttempt }) => nextAttempt !== null);
  const head = ['stage', 'VRA', 'status', 'meaning', 'since (UTC)', ...(failed ? ['next attempt (UTC)'] : [])];
  const rows = statuses.map(({ stage, vra, status, meaning, at, nextAttempt }) => [
    ...[stage, vra, String(status), meaning, at],
    ...(failed ? [nextAttempt === null ? '' : utc(nextAttempt)] : []),
  ]);
  return rows.length > 0 ? [table(head, rows, [2])] : [];
}

function unscored({ unscored }: StemRecord): string[] {
  return unscored.map(
    (vra) => `${vra} scored nothing of it, because its alerts are in quarantine: lvra quarantine list`,
  );
}

function scores({ scores }: StemRecord): string[] {
  return scores.map(({ model, version, scores, outcomes }) => {
    const parts = Object.entries(outcomes).map(
      ([outcome, number]) => `${outcome.replaceAll('_', ' ')} ${count(number)}`,
    );
    return `${count(scores)} scores by ${model} ${version}; at Lasair: ${parts.join(', ')}`;
  });
}

function events({ events }: StemRecord): string[] {
  const rows = events.map(({ at, stage, vra, status, rows, durationMs, detail }) => [
    utc(at),
    stage,
    vra,
    statusMeaning(status),
    count(rows),
    durationMs === undefined ? '' : duration(durationMs),
    detail ?? '',
  ]);
  return rows.length > 0
    ? [table(['when (UTC)', 'stage', 'VRA', 'outcome', 'rows', 'took', 'detail'], rows, [4, 5])]
    : [];
}
