import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSettings } from '@lvra/config';
import { messageOf, nightOf, UsageError } from '@lvra/core';
import { assertMovedAway, Ledger } from '@lvra/ledger';
import { DataFolder, LOCK_FILES } from '@lvra/runtime';
import { type DataPaths, dataPaths } from '@lvra/store';
import { Command } from 'commander';
import { print } from '../../command-line/output.js';

const HELP = `
Makes the data folder that LVRA_DATA_ROOT names (LVRA_DATA_ROOT_DEV in the development profile): JSON, csv and logs with
a folder for each year, db/log.db with the team's tables and ours, locks and models. What is there already stays as it
is; a log.db of the Python pipeline gets our tables beside its own.

Example:
  LVRA_DATA_ROOT=/data/lvra lvra init`;

/** The years for which the team's make_dirs.sh makes folders. */
const FIRST_YEAR = 2026;
const LAST_YEAR = 2035;

export function initCommand(): Command {
  return new Command('init')
    .description('make the data folder and its database')
    .addHelpText('after', HELP)
    .action(async () => {
      const settings = loadSettings();
      const paths = dataPaths(settings.dataRoot);
      try {
        makeFolders(paths, new Date());
      } catch (error) {
        throw new UsageError(`the data folder cannot be made: ${messageOf(error)}; check LVRA_DATA_ROOT`);
      }
      const vras = settings.vras.map(({ modelName }) => modelName);
      assertMovedAway(paths.database, settings.ledger);
      const ledger = await Ledger.open(settings.ledger, vras, { create: true });
      try {
        await DataFolder.open(paths, ledger, { mayMark: true });
        const schema = join(dirname(paths.database), 'log_schema.sql');
        if (!existsSync(schema)) writeFileSync(schema, await ledger.schema());
      } finally {
        await ledger.close();
      }
      print(`${paths.root} is ready: database ${ledger.name}, VRA${vras.length === 1 ? '' : 's'} ${vras.join(', ')}`);
    });
}

function makeFolders(paths: DataPaths, now: Date): void {
  const year = now.getUTCFullYear();
  for (let each = Math.min(FIRST_YEAR, year); each <= Math.max(LAST_YEAR, year); each++) {
    for (const folder of paths.folders(String(each))) mkdirSync(folder, { recursive: true });
  }
  const night = nightOf(now);
  for (const type of ['JSON', 'csv', 'logs']) {
    mkdirSync(join(paths.root, type, night.slice(0, 4), night), { recursive: true });
  }
  for (const file of Object.values(LOCK_FILES)) writeFileSync(join(paths.locks, file), '', { flag: 'a' });
}
