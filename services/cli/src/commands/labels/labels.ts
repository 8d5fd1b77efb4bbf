import { readLabelFile, withLedger } from '@lvra/operations';
import { Command } from 'commander';
import { person } from '../../command-line/option-parsers.js';
import { count, counted, print } from '../../command-line/output.js';
import { uncountedHint, unseenHint } from './hints.js';
import { userName } from './label.js';

const HELP = `
The first line of the file names its columns, in any order: diaObjectId and label; who, if not --who; when, in UTC (2026-04-22 or
2026-04-22T04:15:02Z), if not the time of the file. Every row is checked before the first is recorded. A label that is there already, of the
same object, person and time, is not recorded again, so a file can be imported as often as it grows.

Examples:
  lvra labels import eyeballed.csv
  lvra labels import eyeballed.csv --who ada`;

/** Recorded in one transaction: others wait no longer than for a batch of alerts. */
const AT_ONCE = 10_000;

export function labelsCommand(): Command {
  return new Command('labels').description('labels of objects').addCommand(importCommand());
}

function importCommand(): Command {
  return new Command('import')
    .description('record the labels of a CSV file')
    .argument('<csv>', 'with columns diaObjectId, label, and maybe who and when')
    .option('--who <name>', 'of rows that do not say; by default, who is logged in', person)
    .addHelpText('after', HELP)
    .action(async (path: string, { who = userName() }: { who?: string }) => {
      const labels = await readLabelFile(path, { who });
      await withLedger(async ({ ledger, settings }) => {
        const unseen = new Set(labels.map(({ diaObjectId }) => diaObjectId));
        const objects = unseen.size;
        let added = 0;
        for (let from = 0; from < labels.length; from += AT_ONCE) {
          const some = labels.slice(from, from + AT_ONCE);
          added += await ledger.labels.add(some);
          for (const id of await ledger.labels.seen(some.map(({ diaObjectId }) => diaObjectId))) unseen.delete(id);
        }
        const known = labels.length - added;
        const before = known > 0 ? `; ${count(known)} were there before` : '';
        print(`${counted(added, 'label')} recorded, of ${counted(objects, 'object')} in ${path}${before}`);
        const words = labels.map(({ label }) => label);
        for (const hint of [unseenHint(unseen, objects), uncountedHint(settings, words)]) if (hint) print(hint);
      });
    });
}
