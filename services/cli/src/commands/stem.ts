import { statSync } from 'node:fs';
import { UsageError } from '@lvra/shared/errors';
import type { StemScores } from '@lvra/shared/ledger/history';
import type { DataPaths } from '@lvra/shared/paths';
import { statusMeaning } from '@lvra/shared/status';
import { isStem } from '@lvra/shared/stem';
import { Command } from 'commander';
import { count, duration, iso, print, printJson, size, table, utc } from '../formats.js';
import { type OpenLedger, withLedger } from '../ledger.js';

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
    .action((stem: string, options: { json?: true }) => {
      withLedger((open) => {
        const parts = [origin, files, statuses, unscored, scores, events].map((part) => part(stem, open));
        if (parts.every((lines) => lines.length === 0)) {
          if (!isStem(stem)) throw new UsageError(`${JSON.stringify(stem)} is not a stem: write YYYYMMDD_HHMMSS`);
          throw new UsageError(`the ledger in ${open.settings.dataRoot} knows no stem ${stem}`);
        }
        if (options.json) return printJson(inJson(stem, open));
        print([stem, ...parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))].join('\n\n'));
      });
    });
}

function origin(stem: string, { ledger }: OpenLedger): string[] {
  const batch = ledger.history.batch(stem);
  if (!batch) return [];
  const offsets = ledger.history
    .offsets(stem)
    .map(
      ({ topic, partition, first, next, groupId }) =>
        `  ${topic}[${partition}] offsets ${first} to ${next - 1n}, group ${groupId}`,
    );
  const quarantined = ledger.history
    .quarantined(stem)
    .map(({ stage, reason, alerts }) => `  ${count(alerts)} in quarantine by ${stage}: ${reason}`);
  const summary =
    batch.registeredAt === undefined
      ? `reserved by ${batch.consumer} at ${utc(batch.reservedAt)}, never registered`
      : `${count(batch.alerts ?? 0)} alerts (${size(batch.bytes ?? 0)}) from ${batch.source}, registered at ${utc(batch.registeredAt)}`;
  return [summary, ...offsets, ...quarantined];
}

/** Of its files, those that are there. */
function filesOf(stem: string, paths: DataPaths): { what: 'batch' | 'features'; path: string; bytes: number }[] {
  // A row may have a name that no file can have.
  if (!isStem(stem)) return [];
  return (['batch', 'features'] as const).flatMap((what) => {
    const path = paths[what](stem);
    const file = statSync(path, { throwIfNoEntry: false });
    return file ? [{ what, path, bytes: file.size }] : [];
  });
}

function files(stem: string, { paths, ledger }: OpenLedger): string[] {
  const found = filesOf(stem, paths).map(({ what, path, bytes }) => `${what.padEnd(9)} ${path} (${size(bytes)})`);
  const objects = ledger.history.objects(stem);
  return objects > 0 ? [...found, `objects   ${count(objects)} with features`] : found;
}

function statuses(stem: string, { ledger, vras }: OpenLedger): string[] {
  const rows = ledger.history
    .statuses(stem, vras)
    .map(({ stage, vra, status, at }) => [stage, vra, String(status), statusMeaning(status), at]);
  return rows.length > 0 ? [table(['stage', 'VRA', 'status', 'meaning', 'since (UTC)'], rows, [2])] : [];
}

/** The VRAs that are done with the stem and have no score of it, because its alerts are in quarantine. */
function unscored(stem: string, { ledger, vras }: OpenLedger): string[] {
  return vras
    .filter((vra) => ledger.overview.unscored(vra, stem))
    .map((vra) => `${vra} scored nothing of it, because its alerts are in quarantine: lvra quarantine list`);
}

function scores(stem: string, { ledger }: OpenLedger): string[] {
  return ledger.history.scores(stem).map(describeScores);
}

function describeScores({ model, version, scores, outcomes }: StemScores): string {
  const parts = Object.entries(outcomes).map(([outcome, number]) => `${outcome.replaceAll('_', ' ')} ${count(number)}`);
  return `${count(scores)} scores by ${model} ${version}; at Lasair: ${parts.join(', ')}`;
}

function events(stem: string, { ledger }: OpenLedger): string[] {
  const rows = ledger.events
    .ofStem(stem)
    .map(({ at, stage, vra, status, rows, durationMs, detail }) => [
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

function inJson(stem: string, { ledger, paths, vras }: OpenLedger) {
  const batch = ledger.history.batch(stem);
  return {
    stem,
    batch: batch
      ? {
          ...batch,
          reservedAt: iso(batch.reservedAt),
          registeredAt: batch.registeredAt === undefined ? null : iso(batch.registeredAt),
        }
      : null,
    offsets: ledger.history.offsets(stem).map(({ first, next, ...rest }) => {
      return { ...rest, first: String(first), last: String(next - 1n) };
    }),
    quarantined: ledger.history.quarantined(stem),
    files: filesOf(stem, paths),
    objects: ledger.history.objects(stem),
    statuses: ledger.history.statuses(stem, vras).map((row) => ({ ...row, meaning: statusMeaning(row.status) })),
    unscored: vras.filter((vra) => ledger.overview.unscored(vra, stem)),
    scores: ledger.history.scores(stem),
    events: ledger.events.ofStem(stem).map(({ at, ...event }) => ({ at: iso(at), ...event })),
  };
}
