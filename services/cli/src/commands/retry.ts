import { UsageError } from '@lvra/shared/errors';
import { vraOf } from '@lvra/shared/settings/stage-vras';
import { STAGES, type Stage } from '@lvra/shared/stages';
import { STATUS } from '@lvra/shared/status';
import { isStem } from '@lvra/shared/stem';
import { Command, Option } from 'commander';
import { print } from '../formats.js';
import { type OpenLedger, withLedger } from '../ledger.js';

const HELP = `
Opens stems for a new round of attempts, at once: those that are dead, and those that wait for their next attempt. The
services take them up within seconds; without services, \`lvra run --once --source none\` does. A stage that is paused,
because Lasair refused the token for instance, goes on too.

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
    .action((stem: string | undefined, options: RetryOptions) => {
      if ((stem === undefined) === (options.failed === undefined)) {
        throw new UsageError('name one stem, or write --failed for all that failed');
      }
      if (stem === undefined && options.force) throw new UsageError('--force goes with one stem, not with --failed');
      withLedger((open) => retry(stem, options, open));
    });
}

function retry(stem: string | undefined, options: RetryOptions, { settings, ledger, stages }: OpenLedger): void {
  if (options.vra !== undefined) vraOf(settings, options.vra);
  const wanted = stages.filter(([stage, vra]) => (options.stage ?? stage) === stage && (options.vra ?? vra) === vra);
  const opened = wanted.flatMap(([stage, vra]) => {
    const work = ledger.work(stage, vra);
    const stems = stem === undefined ? failedStems(ledger, stage, vra) : [stem];
    const again = stems.filter((each) =>
      options.force && stage === 'annotate'
        ? ledger.annotations.again(work, each)
        : work.retry(each, options.force === true),
    );
    const isPaused = stem === undefined && work.paused(Date.now()) !== undefined;
    if (again.length > 0 || isPaused) work.resume();
    return [
      ...again.map((each) => `${each}  ${stage} ${vra}`),
      ...(isPaused ? [`${stage} ${vra} waits no longer`] : []),
    ];
  });
  if (opened.length > 0) {
    print(
      [...opened, 'The services take this up within seconds; without them: lvra run --once --source none'].join('\n'),
    );
    return;
  }
  if (stem === undefined) print('Nothing has failed.');
  else throw new UsageError(whyNothing(stem, wanted, ledger));
}

function failedStems(ledger: OpenLedger['ledger'], stage: Stage, vra: string): string[] {
  return ledger.overview
    .unfinished(stage, vra)
    .filter(({ status, isDead, error }) => status !== STATUS.initialised || isDead || error !== undefined)
    .map(({ stem }) => stem);
}

function whyNothing(stem: string, wanted: OpenLedger['stages'], ledger: OpenLedger['ledger']): string {
  const isKnown = wanted.some(([stage, vra]) => ledger.work(stage, vra).status(stem) !== undefined);
  if (isKnown) return `${stem} is done: write --force to have it done again`;
  return isStem(stem)
    ? `the ledger knows no stem ${stem}`
    : `${JSON.stringify(stem)} is not a stem: write YYYYMMDD_HHMMSS`;
}
