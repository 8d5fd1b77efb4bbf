import { Command } from 'commander';
import { iso, print, printJson, table, utc } from '../formats.js';
import { withLedger } from '../ledger.js';

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
    .action((options: { json?: true }) => {
      withLedger(({ ledger, stages }) => {
        const dead = stages.flatMap(([stage, vra]) => ledger.work(stage, vra).deadLetters());
        if (options.json) return printJson(dead.map(({ at, ...rest }) => ({ ...rest, at: iso(at) })));
        const rows = dead.map(({ stem, stage, vra, attempts, at, error }) => {
          return [stem, stage, vra, String(attempts), utc(at), error];
        });
        const head = ['stem', 'stage', 'VRA', 'attempts', 'since (UTC)', 'last error'];
        print(rows.length > 0 ? table(head, rows, [3]) : 'No stem is dead.');
      });
    });
}
