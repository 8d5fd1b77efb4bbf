import { loadSettings } from '@lvra/config';
import { stopSignal, UsageError } from '@lvra/core';
import {
  type ExportedNight,
  type ExportOrder,
  exportNights,
  FORMAT_NAMES,
  type FormatName,
  type NightTableName,
} from '@lvra/export';
import { checkNights, nightAt, openLook } from '@lvra/operations';
import { EXIT } from '@lvra/runtime';
import { CannotWrite } from '@lvra/store';
import { Command, Option } from 'commander';
import { night } from '../../command-line/option-parsers.js';
import { count, counted, print, printError, size } from '../../command-line/output.js';
import { ProgressLine } from '../../command-line/progress-line.js';
import { exportLabelsCommand, exportTrainingCommand } from './export-labels.js';

const NIGHTS_HELP = `
Writes what is known of past nights for notebooks, a file a night, OUT/TABLE/night=YYYYMMDD.parquet. A night lasts
from noon to noon (UTC) and has the date on which it ends. It reads and changes nothing; services may run meanwhile.

With --vra scores and features are of this VRA alone, in OUT/TABLE-VRA; features are else those of the first VRA in the settings.

A file is there as a whole or not at all, so it can be interrupted and called again: nights to whose stems nothing has
happened since their file was written are left alone, and so are those of which files are gone since (\`lvra prune\`).
Where a night lacks something because files are gone, not made yet or cannot be read, it says so, and the exit code is 1; a later
call makes it again.

docs/notebooks.md says how to read the files, and what each column is stands in them.

Examples:
  lvra export scores --from 20260422 --to 20260429 --out nights
  lvra export light-curves --from 20260422 --to 20260422 --format votable --out nights
  lvra export features --from 20260422 --vra r0b_next --out nights`;

interface Options {
  readonly from: string;
  readonly to?: string;
  readonly vra?: string;
  readonly format: FormatName;
  readonly out: string;
  readonly again?: true;
}

const HELP = `
\`lvra export scores --help\` says more. docs/notebooks.md says how to read the files, and what each column is stands in them.

Examples:
  lvra export scores --from 20260422 --to 20260429 --out nights
  lvra export training --vra r0b --out nights --format csv`;

const TABLES: Readonly<Record<NightTableName, string>> = {
  scores: 'every score of every VRA and version, its source, and what became of it at Lasair',
  features: 'the rows of the feature files',
  'light-curves': 'a row a point, as the newest alert of each object of the night has it',
  alerts: 'a row an alert: its newest source, its object, when Kafka had it',
};

export function exportCommand(): Command {
  const command = new Command('export')
    .description('past nights as tables for notebooks, and labels')
    .addHelpText('after', HELP);
  for (const table of Object.keys(TABLES) as NightTableName[]) command.addCommand(nightsCommand(table));
  return command.addCommand(exportLabelsCommand()).addCommand(exportTrainingCommand());
}

function nightsCommand(table: NightTableName): Command {
  return new Command(table)
    .description(TABLES[table])
    .requiredOption('--from <YYYYMMDD>', 'the first night', night)
    .option('--to <YYYYMMDD>', 'the last night; by default the newest', night)
    .option('--vra <name>', 'of this VRA alone')
    .addOption(new Option('--format <format>', 'of the files').choices(FORMAT_NAMES).default('parquet'))
    .requiredOption('--out <folder>', 'where to; it is made if it is not there')
    .option('--again', 'write files anew that are there already')
    .addHelpText('after', NIGHTS_HELP)
    .action(async (options: Options) => {
      const { from, to = nightAt(Date.now()).name, vra, format, out } = options;
      checkNights(from, to);
      const signal = stopSignal(() => printError('stops; the file in progress is not written'));
      const progress = new ProgressLine();
      const onRows = (name: string, rows: number) => progress.show(`${name} ${counted(rows, 'row')}`);
      const order = { ...{ table, from, to, vra, format, signal, onRows }, folder: out, again: options.again === true };
      if (!(await exportAll(order, progress))) process.exitCode = EXIT.failed;
    });
}

/** @returns whether everything is there */
async function exportAll(order: ExportOrder, progress: ProgressLine): Promise<boolean> {
  const look = await openLook(loadSettings());
  let isWhole = true;
  let nights = 0;
  try {
    for await (const exported of exportNights(look, order)) {
      progress.clear();
      print(describe(exported));
      isWhole &&= lacks(exported).length === 0;
      nights++;
    }
  } catch (error) {
    progress.clear();
    if (order.signal.aborted) return false;
    if (error instanceof CannotWrite) throw new UsageError(`--out cannot be written: ${error.message}`);
    throw error;
  } finally {
    await look.close();
  }
  if (nights === 0) print(`No night from ${order.from} to ${order.to} has a stem.`);
  return isWhole;
}

function describe(exported: ExportedNight): string {
  const { night, path, outcome, rows, bytes } = exported;
  const what = {
    written: `${counted(rows, 'row')}, ${size(bytes)}: ${path}`,
    there: `is there, and nothing has happened since: ${path}`,
    kept: `is there, and is left alone, because files are gone that it was made of: ${path}`,
    nothing: 'not written',
  }[outcome];
  return [`${night}  ${what}`, ...lacks(exported).map((line) => `  ${line}`)].join('\n');
}

/** At most this many files are named. */
const LINES = 10;

function lacks({ outcome, gone, unmade, unreadable }: ExportedNight): string[] {
  const again = outcome === 'kept' ? '; --again makes it of what is there' : '';
  return [
    ...(gone.length > 0 ? [`lacks the files of ${named(gone)}, which are gone: see \`lvra prune\`${again}`] : []),
    ...(unmade.length > 0 ? [`lacks ${named(unmade)}, not made yet: see \`lvra status\``] : []),
    ...unreadable.slice(0, LINES),
    ...(unreadable.length > LINES ? [`and ${count(unreadable.length - LINES)} more`] : []),
  ];
}

function named(stems: readonly string[]): string {
  return stems.length === 1 ? stems[0]! : `${counted(stems.length, 'stem')}, from ${stems[0]} to ${stems.at(-1)}`;
}
