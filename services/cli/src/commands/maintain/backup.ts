import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '@lvra/core';
import { unusedName, withLedger } from '@lvra/operations';
import { Command } from 'commander';
import { wholeNumber } from '../../command-line/option-parsers.js';
import { print, size } from '../../command-line/output.js';

const HELP = `
Copies the ledger as it is at one instant while services keep writing, and checks the copy. Without a name it goes into
backups/ in the data folder; from there, carry it to another disk.

\`lvra restore\` puts it in the ledger's place again.

Examples:
  lvra backup
  lvra backup --keep 7             every day, from cron
  lvra backup /mnt/other/log.db`;

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the ledger while services run')
    .argument('[file]', 'the copy')
    .option('--keep <number>', 'of the copies in backups/, remove all but so many of the newest', wholeNumber(1, 9_999))
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, { keep }: { keep?: number }) => {
      if (file !== undefined && keep !== undefined) {
        throw new UsageError('--keep counts the copies in backups/ of the data folder: leave it out, or the name');
      }
      await withLedger(async ({ ledger, paths }) => {
        if (ledger.isOnServer) throw onServer(ledger.name);
        const ours = join(paths.root, 'backups');
        if (file === undefined) mkdirSync(ours, { recursive: true });
        const begun = new Date();
        const unused = () =>
          file === undefined ? unusedName((second) => join(ours, `log_${second}.db`), begun) : absent(resolve(file));
        const folder = file === undefined ? ours : dirname(resolve(file));
        // A folder that was made here could be below the place where a disk should be mounted.
        if (!existsSync(folder)) {
          throw new UsageError(`there is no folder ${folder}: make it, or mount the disk that it is on`);
        }
        // Another backup may be at work on the same name.
        const partial = `${unused()}.${randomBytes(4).toString('hex')}.partial`;
        let path: string;
        try {
          await ledger.copyTo(partial);
          path = place(partial, unused);
        } finally {
          rmSync(partial, { force: true });
        }
        print(`${path} (${size(statSync(path).size)}) is a copy of ${ledger.name}, whole and checked.`);
        if (keep !== undefined) removeOld(ours, keep);
      });
    });
}

function onServer(name: string): UsageError {
  return new UsageError(
    `the ledger ${name} is on a server: back up its database there, see "Backup and point-in-time restore" in ` +
      'docs/several-servers.md',
  );
}

/** Of several that come to the same name each takes another one. @returns where the copy is now */
function place(partial: string, unused: () => string): string {
  for (;;) {
    const path = unused();
    try {
      linkSync(partial, path);
      return path;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      // A disk for backups may have a file system without links, as exFAT.
      if (!['EPERM', 'ENOTSUP'].includes(code)) throw error;
      renameSync(partial, path);
      return path;
    }
  }
}

function absent(path: string): string {
  if (existsSync(path)) throw new UsageError(`${path} is there already: name another file`);
  return path;
}

/** Names of the form that this command gives; anything else there stays. */
const OURS = /^log_\d{8}_\d{6}\.db$/;

function removeOld(folder: string, keep: number): void {
  const copies = readdirSync(folder)
    .filter((name) => OURS.test(name))
    .sort();
  const old = copies.slice(0, -keep);
  for (const name of old) rmSync(join(folder, name));
  if (old.length > 0) print(`Removed ${old.join(', ')}.`);
}
