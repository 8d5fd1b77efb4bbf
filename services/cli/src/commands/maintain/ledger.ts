import { loadSettings } from '@lvra/config';
import type { MoveProgress } from '@lvra/ledger';
import { Command } from 'commander';
import { count, counted, duration, print, table } from '../../command-line/output.js';

const HELP = `
With all services stopped on all hosts, and the cron job of the Python pipeline: copies the ledger of the data folder, db/log.db, to the
empty database that the setting ledger names, compares every table, and gives the file up: nothing opens it any more, and SQLite refuses
what would change it. With --back it comes from that server into db/log.db, which the Python pipeline can use again.

Broken off at any instant, it goes on where it was when it is run again. At no time can both be used.

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
      const { tables, to, left, aside } = await moveLedger(settings, back, showProgress());
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      const rows = tables.map((each) => [each.table, count(each.rows), each.sha256.slice(0, 16)]);
      print(table(['table', 'rows', 'SHA-256, both'], rows, [1]));
      print(
        [
          ...left.map((each) => `Not moved, as it is not of the ledger: ${each}.`),
          `The ledger is now ${to}: ${counted(tables.length, 'table')} compared, all rows are the same.`,
          back
            ? `Take ledger out of the settings of all hosts, with what belongs to it. A file that was there before is in ${aside}.`
            : 'Leave ledger as it is in the settings of all hosts, and start the services. db/log.db stays, and takes no changes any more.',
        ].join('\n'),
      );
    });
}

/** How often a line is written where there is no terminal, ms. */
const LINE_EVERY_MS = 10_000;

/** What is done, and how long the rest of it takes, as one line that changes on a terminal. */
function showProgress(): MoveProgress {
  let doing = '';
  let begun = { at: 0, done: 0 };
  let shown = 0;
  return (what, which, done, all) => {
    const now = performance.now();
    if (what !== doing) {
      doing = what;
      begun = { at: now, done };
      shown = 0;
    }
    if (!process.stderr.isTTY && now - shown < LINE_EVERY_MS && shown > 0) return;
    shown = now;
    const leftMs = done > begun.done ? ((now - begun.at) * (all - done)) / (done - begun.done) : undefined;
    const rest = leftMs === undefined ? '' : `, ${duration(leftMs)} left`;
    const line = `${what} ${which}: ${count(done)} of ${count(all)} rows${rest}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
}
