import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '@lvra/shared/errors';
import { stemOf } from '@lvra/shared/stem';
import { Command } from 'commander';
import { print, size } from '../formats.js';
import { withLedger } from '../ledger.js';

const HELP = `
Copies the ledger as it is at one instant while services go on writing, and checks the copy. Without a name it goes into
backups/ in the data folder; from there, carry it to another disk.

To restore: stop the services, move log.db, log.db-wal and log.db-shm away, put the copy in the place of log.db. Start all
but annotate, and that one when \`lvra status\` shows nothing pending before it: Lasair may hold newer annotations than the
copy knows scores. \`lvra verify\` finds the files of after the backup and says what to do.

Examples:
  lvra backup
  lvra backup /mnt/other/log.db`;

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the ledger while services run')
    .argument('[file]', 'the copy')
    .addHelpText('after', HELP)
    .action((file: string | undefined) => {
      withLedger(({ ledger, paths }) => {
        const path = resolve(file ?? join(paths.root, 'backups', `log_${stemOf(new Date())}.db`));
        if (existsSync(path)) throw new UsageError(`${path} is there already: name another file`);
        const partial = `${path}.partial`;
        try {
          ledger.copyTo(partial);
          renameSync(partial, path);
        } finally {
          rmSync(partial, { force: true });
        }
        print(`${path} (${size(statSync(path).size)}) is a copy of ${paths.database}, whole and checked.`);
      });
    });
}
