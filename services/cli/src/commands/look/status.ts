import { STAGES, STATUS, statusMeaning } from '@lvra/core';
import type { BackfillProgress } from '@lvra/ledger';
import { pausedInWords, type Status, status } from '@lvra/operations';
import { Command } from 'commander';
import { count, counted, table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';

const HELP = `
One line for each stage of each VRA:
  done      status 1
  partial   status -1: done, but some alerts of the stem have no result
  pending   status 0: not done yet
  failed    by status code, as the database has them; tried again by themselves unless dead, the first
            of them at the time in the last column
  dead      given up on: see \`lvra dead\`, fix the cause, then \`lvra retry\`
  oldest    the oldest stem that is not done
Then how far each backfill is (\`lvra backfill\`); its stems count above from when a stage has begun them.

Examples:
  lvra status
  lvra status --json | jq '.stages[] | select(.dead > 0)'`;

export function statusCommand(): Command {
  return new Command('status')
    .description('what is done, pending and failed, by stage and VRA')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action(({ json }: { json?: true }) => printAnswer(status, describe, json));
}

function describe({
  profile,
  dataRoot,
  stages,
  backfills,
  quarantined,
  prunedFromQuarantine,
  unscored,
}: Status): string {
  const waits = stages.some(({ nextAttempt }) => nextAttempt !== undefined);
  const rows = stages.map((row) => [
    row.stage,
    row.vra,
    count(row.done),
    count(row.partial),
    count(row.pending),
    Object.entries(row.failed)
      .map(([code, stems]) => `${code}: ${count(stems)}`)
      .join(', ') || '0',
    count(row.dead),
    row.oldestPending ?? '',
    ...(waits ? [row.nextAttempt === undefined ? '' : utc(row.nextAttempt)] : []),
  ]);
  const head = ['stage', 'VRA', 'done', 'partial', 'pending', 'failed', 'dead', 'oldest'];
  if (waits) head.push('next attempt (UTC)');
  const codes = [...new Set(stages.flatMap(({ failed }) => Object.keys(failed)))].map(Number).sort((a, b) => a - b);
  return [
    `${dataRoot} (${profile})`,
    '',
    table(head, rows, [2, 3, 4, 6]),
    ...(codes.length > 0 ? ['', ...codes.map((code) => `${code}: ${statusMeaning(code)}`)] : []),
    ...stages.flatMap(paused),
    ...(backfills.length > 0 ? ['', ...backfills.map(backfillInWords)] : []),
    ...(stages.some(({ failed }) => failed[STATUS.noLasairClient])
      ? ['', 'Status 41: set the token (see `lvra --help`), or LVRA_DRY_RUN=yes.']
      : []),
    ...(stages.some(({ dead }) => dead > 0) ? ['', 'What is dead, and why: lvra dead'] : []),
    ...(quarantined > 0 ? ['', `In quarantine: ${counted(quarantined, 'alert')}: lvra quarantine list`] : []),
    ...(prunedFromQuarantine > 0
      ? [
          '',
          `In quarantine without their bytes, which \`lvra prune\` has removed: ${counted(prunedFromQuarantine, 'alert')}`,
        ]
      : []),
    ...unscored.map(
      ({ vra, stems, oldest, newest }) =>
        `${vra} scored nothing of ${counted(stems, 'stem')}, whose alerts are in quarantine: ${stems === 1 ? oldest : `${oldest} to ${newest}`}`,
    ),
  ].join('\n');
}

function paused({ stage, vra, pausedUntil, pausedBecause = '' }: Status['stages'][number]): string[] {
  if (pausedUntil === undefined) return [];
  const { what, todo } = pausedInWords({ stage, vra, pausedUntil, pausedBecause });
  return ['', what, todo];
}

function backfillInWords({ vra, stems, done, left, dead }: BackfillProgress): string {
  const waiting = STAGES.filter((stage) => left[stage] > 0).map((stage) => `${count(left[stage])} at ${stage}`);
  const givenUp = dead > 0 ? `; ${count(dead)} of those given up: lvra dead` : '';
  return `backfill of ${vra}: ${count(done)} of ${count(stems)} stems done, ${waiting.join(', ')}${givenUp}`;
}
