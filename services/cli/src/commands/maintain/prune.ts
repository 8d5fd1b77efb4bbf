import { relative } from 'node:path';
import { type OpenLedger, prune, withLedger } from '@lvra/operations';
import { Command, InvalidArgumentError } from 'commander';
import { count, counted, print, size, table } from '../../command-line/output.js';

const HELP = `
Says which files of nights that are over would go: batches, features, quarantined alerts, dry runs, cutouts and logs.
With --yes they go. The ledger keeps its rows: \`lvra object\` still shows every score, and \`lvra verify\` counts the
nights as cleared away. A night with a stem that some stage has not done, or that is to be backfilled, stays whole.

A report to TNS needs the batch file of the object's newest alert; so does \`lvra backfill\`.

Examples:
  lvra prune --older-than 90d
  lvra prune --older-than 90d --yes`;

const DAY_MS = 86_400_000;

export function pruneCommand(): Command {
  return new Command('prune')
    .description('remove the files of old nights; says first what would go')
    .requiredOption('--older-than <days>', 'such as 90d; a week at least', days)
    .option('--yes', 'remove them')
    .addHelpText('after', HELP)
    .action(({ olderThan, yes }: { olderThan: number; yes?: true }) =>
      withLedger((open) => run(open, new Date(Date.now() - olderThan * DAY_MS), yes === true)),
    );
}

/** Whole days; less than a week is in the way of `lvra verify`, which takes missing files of a recent night for a loss. */
function days(given: string): number {
  const found = /^(\d{1,5})d$/.exec(given);
  if (found && Number(found[1]) >= 7) return Number(found[1]);
  throw new InvalidArgumentError('Write a number of days, 7d at least.');
}

async function run(open: OpenLedger, before: Date, remove: boolean): Promise<void> {
  const { folders, keptNights, marked } = await prune(open, before, remove);
  const rows = folders.map(({ path, files, bytes }) => [relative(open.paths.root, path), count(files), size(bytes)]);
  if (rows.length > 0) print(table(['folder', 'files', 'size'], rows, [1, 2]));
  for (const night of keptNights) print(`${night} stays: stems of it are not done (lvra status)`);
  const total = size(folders.reduce((sum, { bytes }) => sum + bytes, 0));
  if (folders.length === 0) print('There is nothing to remove.');
  else print(remove ? `${total} removed.` : `${total} would go. Nothing is removed without --yes.`);
  if (marked > 0) print(`Marked in quarantine, as their bytes are gone: ${counted(marked, 'alert')}.`);
}
