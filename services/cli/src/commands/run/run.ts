import type { Overrides } from '@lvra/config';
import { Command } from 'commander';

const HELP = `
Runs consumer, feature, predict and annotate in one process, without NATS, until SIGTERM or Ctrl-C; the stems in progress are
finished first, a second signal ends it at once. It keeps other runs, the services and the Python cron job off the data
folder: where one of them is at work, it names it and ends with exit code 3.

With --once it takes the source to its end, works off everything that is pending, and ends: with 0 where nothing is left
pending or failed, else with 1 and a table of what is left and why. Kafka has no end: there it ends once nothing new has
come for 20 s and the last batch is closed, so a cron job can call it as it called the Python pipeline. Where that has just
ended, it waits for its place in the Kafka group, 45 s mostly and two minutes at most.

With --console the pages are served beside it, by a process of their own that ends with it.

What happens goes to logs/YYYY/YYYYMMDD in the data folder; the terminal shows how far it is.

Examples:
  lvra run
  lvra run --console                                         and pages at http://127.0.0.1:8470
  lvra run --once                                            what is in Kafka now, from a cron job
  lvra run --once --source none                              work off what is pending
  lvra run --once --source replay --replay-path night.ndjson
  lvra run --once --source simulate --simulate-count 500 --dry-run`;

type RunOptions = Omit<Overrides, 'dryRun'> & {
  readonly once?: true;
  readonly dryRun?: true;
  readonly console?: true;
};

export function runCommand(): Command {
  return new Command('run')
    .description('all stages in one process, until Ctrl-C or (--once) until nothing is pending')
    .option('--once', 'work off what is there, then end')
    .option('--source <name>', 'kafka, replay, simulate or none')
    .option('--replay-path <path>', 'for --source replay: a file of alerts, or a folder of them')
    .option('--simulate-count <number>', 'for --source simulate: how many alerts')
    .option('--simulate-rate <number>', 'for --source simulate: how many a second')
    .option('--simulate-seed <number>', 'for --source simulate: the number from which they all follow')
    .option('--dry-run', 'write the calls to Lasair to dryrun/ in the data folder instead of making them')
    .option('--console', 'serve the pages too, at console_listen')
    .addHelpText('after', HELP)
    .action(async ({ once, dryRun, console, ...overrides }: RunOptions) => {
      const { runEmbedded } = await import('../../run/run.js');
      await runEmbedded(once === true, console === true, { ...overrides, ...(dryRun && { dryRun: 'yes' }) });
    });
}
