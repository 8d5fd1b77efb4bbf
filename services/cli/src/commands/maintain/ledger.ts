import { loadSettings } from '@lvra/config';
import { Command } from 'commander';
import { count, counted, print, table } from '../../command-line/output.js';

const HELP = `
With all services stopped on all hosts: copies the ledger of the data folder, db/log.db, to the server that the settings name, compares
every table, and gives the file up. With --back it comes from the server into db/log.db, which the Python pipeline can use again.

Broken off, it goes on where it was when it is run again. At no time can both be used.

Examples:
  LVRA_LEDGER=postgres://db1,db2/lvra LVRA_LEDGER_PASSWORD_FILE=/run/secrets/ledger lvra ledger move
  lvra ledger move --back`;

export function ledgerCommand(): Command {
  return new Command('ledger').description('move the ledger to a server, or back').addCommand(moveCommand());
}

function moveCommand(): Command {
  return new Command('move')
    .description('from db/log.db of the data folder to the server of the settings')
    .option('--back', 'from the server to db/log.db')
    .addHelpText('after', HELP)
    .action(async ({ back = false }: { back?: boolean }) => {
      const { moveLedger } = await import('@lvra/operations');
      const settings = loadSettings();
      const { tables, to, aside } = await moveLedger(settings, back, process.stderr.isTTY ? showProgress : () => {});
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      const rows = tables.filter((each) => each.rows > 0).map((each) => [each.table, count(each.rows)]);
      print(table(['table', 'rows'], rows, [1]));
      print(
        [
          `The ledger is now ${to}: ${counted(tables.length, 'table')} compared, all rows are the same.`,
          back
            ? `Set ledger to nothing in the settings of all hosts. A file that was there before is in ${aside}.`
            : 'Leave ledger as it is in the settings of all hosts, and start the services. The file stays, and is used no more.',
        ].join('\n'),
      );
    });
}

function showProgress(what: string, name: string, done: number, all: number): void {
  const share = all === 0 ? 100 : Math.floor((100 * done) / all);
  process.stderr.write(`\r\x1b[K${what} ${name}: ${count(done)} of ${count(all)} rows, ${share} %`);
}
