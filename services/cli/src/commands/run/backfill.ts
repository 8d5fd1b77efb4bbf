import { STAGES, type Stage, UsageError } from '@lvra/core';
import { type BackfillPlan, type LeftOut, withLedger } from '@lvra/operations';
import { Command, Option } from 'commander';
import { counted, print } from '../../command-line/output.js';

const HELP = `
Makes past stems the work of a VRA. The services do it, in as many replicas as there are, whenever no newer stem waits for
them; without services, \`lvra run --once --source none\` does. \`lvra status\` shows how far it is, and --cancel takes back what
is not done. What failed is tried again as ever, and is in \`lvra dead\` if it is given up.

  predict   by default: has stems scored that the VRA has no score of by its MODEL_VERSION, with their features made first
            where they are missing. It is meant for a VRA with ANNOTATE: no, whose scores \`lvra model compare\` holds against
            those of another one. Scores of a VRA that annotates go to Lasair, and need --annotate.
  feature   makes the feature files again from the batch files. Threshold flags and times that the database has stay.
  annotate  sends the scores again that are the newest of their objects, for instance after a change of HISTORY. It leaves half
            of the hour's calls to the night.

Stems whose files \`lvra prune\` removed are counted and left out.

Examples:
  lvra backfill --vra r0b_next --from 20260422 --to 20260429
  lvra backfill --vra r0b --stage feature --from 20260422 --to 20260422
  lvra backfill --cancel`;

interface Options {
  readonly vra?: string;
  readonly from?: string;
  readonly to?: string;
  readonly stage: Stage;
  readonly annotate?: true;
  readonly cancel?: true;
}

export function backfillCommand(): Command {
  return new Command('backfill')
    .description('have past stems done by a VRA, behind those of the night')
    .option('--vra <name>', 'which one')
    .option('--from <stem or night>', 'the first, YYYYMMDD_HHMMSS or YYYYMMDD (UTC date)')
    .option('--to <stem or night>', 'the last')
    .addOption(new Option('--stage <stage>', 'what is to be done').choices(STAGES).default('predict'))
    .option('--annotate', 'for predict: let Lasair have the scores of a VRA that annotates')
    .option('--cancel', 'take back what is not done, of this VRA or of all')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { vra, from, to, stage, annotate = false } = options;
      if (options.cancel) {
        if (from !== undefined || to !== undefined) throw new UsageError('--cancel takes no range');
        const { cancelBackfill } = await import('@lvra/operations');
        const taken = await withLedger((open) => cancelBackfill(open, vra));
        const lines = taken.map((each) => `taken back of ${each.vra}: ${counted(each.stems, 'stem')}`);
        return print(lines.join('\n') || 'There is nothing to take back.');
      }
      if (vra === undefined || from === undefined || to === undefined) {
        throw new UsageError('say which VRA and which stems: --vra, --from and --to');
      }
      const { backfill } = await import('@lvra/operations');
      await withLedger(async (open) => print(describe(await backfill(open, { vra, from, to, stage, annotate }))));
    });
}

function describe({ vra, version, added, addedBefore, leftOut }: BackfillPlan): string {
  const reasons: Record<LeftOut, string> = {
    misnamed: 'the name is no stem, see `lvra verify`',
    unfinished: 'not done yet, the services will do them',
    scored: `scored by version ${version} already`,
    unscored: 'never scored',
    gone: 'without files, `lvra prune` removed them',
    apart: 'an earlier backfill has them at another stage; ask again once it is done',
  };
  return [
    `${counted(added, 'stem')} to be done by ${vra}, behind those of the night.`,
    ...(addedBefore > 0 ? [`${counted(addedBefore, 'stem')} to be done already.`] : []),
    ...Object.entries(leftOut).flatMap(([why, stems]) =>
      stems > 0 ? [`${counted(stems, 'stem')} left out: ${reasons[why as LeftOut]}.`] : [],
    ),
    ...(added > 0 ? ['How far it is: lvra status. Without services: lvra run --once --source none'] : []),
  ].join('\n');
}
