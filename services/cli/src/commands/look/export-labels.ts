import { loadSettings, vraOf } from '@lvra/config';
import { stopSignal, UsageError } from '@lvra/core';
import {
  type ExportedLabels,
  exportLabels,
  exportTraining,
  FORMAT_NAMES,
  type FormatName,
  type LabelOrder,
} from '@lvra/export';
import { type Look, openLook } from '@lvra/operations';
import { EXIT } from '@lvra/runtime';
import { CannotWrite } from '@lvra/store';
import { Command, Option } from 'commander';
import { listOf } from '../../command-line/option-parsers.js';
import { count, counted, print, printError, size } from '../../command-line/output.js';
import { ProgressLine } from '../../command-line/progress-line.js';

const LABELS_HELP = `
A row a label, in the order in which they were recorded, with who gave it and when; \`counts\` says which one counts of each object:
the last one by its time. Written as CSV, \`lvra labels import\` reads it, in another data folder too.

Example:
  lvra export labels --out nights --format csv`;

const TRAINING_HELP = `
A row a labelled object: target (1 for POSITIVE_LABELS of the VRA, 0 for NEGATIVE_LABELS), label, who, when, stem, then all columns of its
feature file, of the object's newest source whose feature file is there. Written anew each time.
Where feature files are gone or cannot be read it says so, and the exit code is 1. Objects that the VRA never had are
counted and left out.

Examples:
  lvra export training --out nights
  lvra export training --vra r0b --labels real,bogus,agn --out nights --format csv`;

interface LabelsOptions {
  readonly format: FormatName;
  readonly out: string;
}

interface TrainingOptions extends LabelsOptions {
  readonly vra?: string;
  readonly labels?: readonly string[];
}

export function exportLabelsCommand(): Command {
  return commandOf('labels', 'every label in the ledger, OUT/labels.parquet')
    .addHelpText('after', LABELS_HELP)
    .action((options: LabelsOptions) =>
      exporting(options, async (look, order) => {
        print(describe(await exportLabels(look, order)));
        return true;
      }),
    );
}

export function exportTrainingCommand(): Command {
  return commandOf('training', 'labelled objects with their features, OUT/training-VRA.parquet')
    .option('--vra <name>', 'whose labels and features; by default the first in the settings')
    .option('--labels <labels>', 'with commas between; by default those that count for the VRA', listOf)
    .addHelpText('after', TRAINING_HELP)
    .action((options: TrainingOptions) =>
      exporting(options, async (look, order) => {
        const [first] = look.settings.vras;
        const vra = options.vra === undefined ? first! : vraOf(look.settings, options.vra);
        const exported = await exportTraining(look, vra, options.labels, order);
        const { unseen, gone, unreadable } = exported;
        print(describe(exported));
        if (unseen > 0) print(`  lacks ${counted(unseen, 'labelled object')} that ${vra.modelName} never had`);
        if (gone > 0)
          print(`  lacks ${counted(gone, 'labelled object')} whose feature files are gone, removed by \`lvra prune\``);
        for (const line of unreadable.slice(0, LINES)) print(`  ${line}`);
        if (unreadable.length > LINES) print(`  and ${count(unreadable.length - LINES)} more`);
        return gone === 0 && unreadable.length === 0;
      }),
    );
}

/** At most this many files are named. */
const LINES = 10;

function commandOf(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(new Option('--format <format>', 'of the file').choices(FORMAT_NAMES).default('parquet'))
    .requiredOption('--out <folder>', 'where to; it is made if it is not there');
}

/** @param write says whether everything is there */
async function exporting(
  { format, out }: LabelsOptions,
  write: (look: Look, order: LabelOrder) => Promise<boolean>,
): Promise<void> {
  const signal = stopSignal(() => printError('stops; the file is not written'));
  const progress = new ProgressLine();
  const onRows = (rows: number) => progress.show(counted(rows, 'row'));
  const look = await openLook(loadSettings());
  try {
    if (!(await write(look, { format, folder: out, signal, onRows }))) process.exitCode = EXIT.failed;
  } catch (error) {
    if (error instanceof CannotWrite) throw new UsageError(`--out cannot be written: ${error.message}`);
    if (!signal.aborted) throw error;
    process.exitCode = EXIT.failed;
  } finally {
    progress.clear();
    await look.close();
  }
}

function describe({ path, rows, bytes }: ExportedLabels): string {
  return `${counted(rows, 'row')}, ${size(bytes)}: ${path}`;
}
