import { Command } from 'commander';
import { print, table, utc } from '../formats.js';
import { withLedger } from '../ledger.js';

const HELP = `
A stem is dead where a stage gave it up after ten attempts, about an hour and a half. Mend the cause, then have it tried
again with \`lvra retry\`.

Example:
  lvra dead`;

export function deadCommand(): Command {
  return new Command('dead')
    .description('the stems that a stage gave up on, and why')
    .addHelpText('after', HELP)
    .action(() => {
      withLedger(({ ledger, stages }) => {
        const rows = stages
          .flatMap(([stage, vra]) => ledger.work(stage, vra).deadLetters())
          .map(({ stem, stage, vra, attempts, at, error }) => [stem, stage, vra, String(attempts), utc(at), error]);
        const head = ['stem', 'stage', 'VRA', 'attempts', 'since (UTC)', 'last error'];
        print(rows.length > 0 ? table(head, rows, [3]) : 'No stem is dead.');
      });
    });
}
