import { Command } from 'commander';

const HELP = `
Sends simulated alerts through all four stages to a stand-in for Lasair on this machine, and says what came of them. The
truth about each object is known, so the scores can be judged. It needs no Kafka, no NATS and no token, and leaves its
data in demo-data/ below the current folder, which it empties every time. A folder of that name which it did not make
is left alone.

On a terminal it then serves the console, pages about what was done, until Ctrl-C.

Examples:
  lvra demo
  lvra demo --no-console | less`;

export function demoCommand(): Command {
  return new Command('demo')
    .description('see it work: simulated alerts, all stages, a stand-in for Lasair')
    .addHelpText('after', HELP)
    .option('--console', 'serve the pages afterwards, until Ctrl-C; by default on a terminal')
    .option('--no-console', 'end after the summary')
    .action(async ({ console = process.stdout.isTTY === true && !process.env.CI }: { console?: boolean }) =>
      (await import('../../demo/demo.js')).demo(console),
    );
}
