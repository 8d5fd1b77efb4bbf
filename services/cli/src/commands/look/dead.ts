import { type DeadStem, deadLetters } from '@lvra/operations';
import { Command } from 'commander';
import { table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';

const HELP = `
A stem is dead where a stage gave it up after ten attempts, about an hour and a half. Mend the cause, then have it tried
again with \`lvra retry\`.

Examples:
  lvra dead
  lvra dead --json | jq -r '.[].stem'`;

export function deadCommand(): Command {
  return new Command('dead')
    .description('the stems that a stage gave up on, and why')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action(({ json }: { json?: true }) => printAnswer(deadLetters, describe, json));
}

function describe(dead: readonly DeadStem[]): string {
  const rows = dead.map(({ stem, stage, vra, attempts, at, error }) => {
    return [stem, stage, vra, String(attempts), utc(at), error];
  });
  const head = ['stem', 'stage', 'VRA', 'attempts', 'since (UTC)', 'last error'];
  return rows.length > 0 ? table(head, rows, [3]) : 'No stem is dead.';
}
