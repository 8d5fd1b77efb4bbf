import { STAGES, type Stage, UsageError } from '@lvra/core';
import { type Retried, retry, withLedger } from '@lvra/operations';
import { Command, Option } from 'commander';
import { print } from '../../command-line/output.js';

const HELP = `
Opens stems for a new round of attempts, at once: those that are dead, and those that wait for their next attempt. The
services take them up within seconds; without services, \`lvra run --once --source none\` does. A stage that is paused,
because Lasair refused the token for instance, continues too.

With --force a stem that is done is opened too. Its files are made again; rows that the database has stay as they are.
In the stage annotate, what Lasair took is sent again where it still is the newest score of its object.

Examples:
  lvra retry 20260202_102448
  lvra retry --failed --stage annotate
  lvra retry 20260202_102448 --stage annotate --force    send what a dry run wrote to a file`;

interface RetryOptions {
  readonly failed?: true;
  readonly stage?: Stage;
  readonly vra?: string;
  readonly force?: true;
}

export function retryCommand(): Command {
  return new Command('retry')
    .description('try stems again that failed or are dead')
    .argument('[stem]', 'YYYYMMDD_HHMMSS')
    .option('--failed', 'all stems with a failure, instead of one')
    .addOption(new Option('--stage <stage>', 'of this stage only').choices(STAGES))
    .option('--vra <name>', 'of this VRA only')
    .option('--force', 'also where the stem is done')
    .addHelpText('after', HELP)
    .action(async (stem: string | undefined, options: RetryOptions) => {
      if ((stem === undefined) === (options.failed === undefined)) {
        throw new UsageError('name one stem, or write --failed for all that failed');
      }
      if (stem === undefined && options.force) throw new UsageError('--force goes with one stem, not with --failed');
      const { stage, vra, force } = options;
      await withLedger(async (open) => print(describe(await retry(open, { stem, stage, vra, force: force === true }))));
    });
}

function describe(retried: readonly Retried[]): string {
  if (retried.length === 0) return 'Nothing has failed.';
  return [
    ...retried.flatMap(({ stage, vra, stems, wasPaused }) => [
      ...stems.map((each) => `${each}  ${stage} ${vra}`),
      ...(wasPaused ? [`${stage} ${vra} waits no longer`] : []),
    ]),
    'The services take this up within seconds; without them: lvra run --once --source none',
  ].join('\n');
}
