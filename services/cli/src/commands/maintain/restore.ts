import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSettings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import { dataPaths } from '@lvra/store';
import { Command } from 'commander';
import { counted, print } from '../../command-line/output.js';

const HELP = `
With the services stopped: puts a copy that \`lvra backup\` made in the place of the ledger. It refuses, with exit code 3,
while a service, \`lvra run\` or the Python pipeline works on the data folder, and a copy that is damaged or of another
data folder. What was there goes to before-restore/ in the data folder: the ledger, and the files of stems that the copy
does not know.

Then start consumer, feature and predict. Alerts of after the backup are read from Kafka again, into new stems. Start
annotate when \`lvra status\` shows nothing pending before it: Lasair may hold newer annotations than the copy knows scores.
\`lvra verify\` says then which files in before-restore/ hold alerts that Kafka had no more, and how they are read in.

Where the ledger is on a server, restore its database there; then \`lvra restore\` without a name moves the files that it does not
know.

Example:
  lvra restore backups/log_20260202_102448.db`;

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a copy of the ledger in its place, with the services stopped')
    .argument('[copy]', 'as `lvra backup` made it; a relative path counts from here, or else from the data folder')
    .addHelpText('after', HELP)
    .action(async (copy: string | undefined) => {
      const settings = loadSettings();
      const paths = dataPaths(settings.dataRoot);
      const { restore } = await import('@lvra/operations');
      const vras = settings.vras.map(({ modelName }) => modelName);
      const { aside, files, stems } = await restore(
        paths,
        vras,
        copy && copyAt(copy, settings.dataRoot),
        settings.ledger,
      );
      print(
        [
          ...(copy === undefined ? [] : [`${paths.database} is now the copy ${copy}.`]),
          `What was there is in ${aside}: ${copy === undefined ? '' : 'the ledger, and '}${counted(files, 'file')} of ${counted(stems, 'stem')} that ${copy === undefined ? 'the ledger' : 'the copy'} does not know.`,
          'Start consumer, feature and predict now; annotate when `lvra status` shows nothing pending before it; then `lvra verify`.',
        ].join('\n'),
      );
    });
}

/** In a container the data folder is not where one is. */
function copyAt(given: string, dataRoot: string): string {
  for (const path of [resolve(given), resolve(dataRoot, given)]) {
    try {
      return realpathSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new UsageError(`there is no file ${given}: name a copy that lvra backup has made`);
}
