import { UsageError } from '@lvra/core';
import type { Removed } from '@lvra/ledger';
import { type OpenLedger, withLedger } from '@lvra/operations';
import { Command } from 'commander';
import { idOf } from '../../command-line/option-parsers.js';
import { count, print } from '../../command-line/output.js';

const HELP = `
For rows that \`lvra verify\` finds: names that are no stems, scores and flags that are there twice or were altered. Make a
copy first: \`lvra backup\`.

  stem     all rows of a name that is no stem. Of a stem only its status rows, and only where the ledger has nothing else
           of it: no batch, no objects, no scores.
  unnamed  rows whose stem is NULL, no text, or has characters that cannot be typed
  scores   rows of provenance by their IDs, with what became of them at Lasair
  objects  rows of diaobjid_stems by their diaObjectIds
  flags    rows of threshold_flags_provenance by their IDs

Features and scores that should be there come back with \`lvra retry STEM --force\`.

Examples:
  lvra forget stem 20260230_000000
  lvra forget scores 1201 1202`;

export function forgetCommand(): Command {
  const forget = new Command('forget')
    .description('remove rows from the ledger that should not be there')
    .helpCommand(false)
    .addHelpText('after', HELP);
  forget
    .command('stem')
    .description('the rows of a name that is no stem')
    .argument('<name>')
    .action((name: string) => run(({ forgetting }) => forgetting.stem(name)));
  forget
    .command('unnamed')
    .description('the rows whose stem is NULL, no text, or cannot be typed')
    .action(() => run(({ forgetting }) => forgetting.unnamed()));
  forget
    .command('scores')
    .description('rows of provenance')
    .argument('<IDs...>')
    .action((ids: string[]) => run(({ forgetting }) => forgetting.scores(idsOf(ids), Date.now())));
  forget
    .command('flags')
    .description('rows of threshold_flags_provenance')
    .argument('<IDs...>')
    .action((ids: string[]) => run(({ forgetting }) => forgetting.flags(idsOf(ids))));
  forget
    .command('objects')
    .description('rows of diaobjid_stems')
    .argument('<diaObjectIds...>')
    .action((ids: string[]) => run(({ forgetting }) => forgetting.objects(idsOf(ids))));
  return forget;
}

async function run(remove: (ledger: OpenLedger['ledger']) => Promise<Removed>): Promise<void> {
  return withLedger(async ({ ledger }) => {
    const removed = Object.entries(await remove(ledger));
    if (removed.length === 0) throw new UsageError('the ledger has no such row');
    print(removed.map(([table, rows]) => `${table}: ${count(rows)} removed`).join('\n'));
  });
}

const idsOf = (given: readonly string[]) => given.map((each) => idOf(each, 'the ID of a row'));
