import { Command } from 'commander';

const HELP = `
Sends simulated alerts through all four stages to a stand-in for Lasair on this machine, and says what came of them. The
truth about each object is known, so the scores can be judged. It needs no Kafka, no NATS and no token, and leaves its
data in demo-data/ below the current folder, which it empties every time. A folder of that name which it did not make
is left alone.

Example:
  lvra demo`;

export function demoCommand(): Command {
  return new Command('demo')
    .description('see it work: simulated alerts, all stages, a stand-in for Lasair')
    .addHelpText('after', HELP)
    .action(async () => (await import('../../demo/demo.js')).demo());
}
