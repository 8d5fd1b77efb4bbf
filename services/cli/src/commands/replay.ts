import { STAGES } from '@lvra/shared/stages';
import { Command, Option } from 'commander';
import type { ReplayOptions } from '../replay/job.js';

const HELP = `
Works on stems that are through the stage already, beside running services and after them; what the stage has still to do
is theirs. Where it is ended, the same command goes on where it was.

  feature   makes the feature files again from the batch files. Threshold flags and times that the database has stay.
  predict   scores the feature files again. Scores of the version that scored a stem are compared with those recorded:
            nothing is written. Scores of another version are kept apart from the VRA's own, for \`lvra model compare\` and
            \`lvra object\`, and never annotated. With --annotate, and the version that the VRA scores with, they become
            its own, where it has none of that version, and are annotated.
  annotate  writes the calls to dryrun/. With --annotate it sends them: those scores that are still the newest of their
            objects, for instance after a change of HISTORY. It takes half of the hour's calls at most.

Examples:
  lvra replay --stage predict --vra r0b --from 20260422 --to 20260429               does the model give the same scores?
  lvra replay --stage predict --vra r0b --from 20260422 --to 20260429 --model a2
  lvra replay --stage feature --vra r0b --from 20260422 --to 20260422`;

export function replayCommand(): Command {
  return new Command('replay')
    .description('run a stage again over stored stems')
    .addOption(new Option('--stage <stage>', 'which one').choices(STAGES).makeOptionMandatory())
    .requiredOption('--vra <name>', 'of this VRA')
    .requiredOption('--from <night>', 'YYYYMMDD, UTC')
    .requiredOption('--to <night>', 'YYYYMMDD, UTC; this night too')
    .option('--model <version>', 'for predict: with this version of the model, in place of the one in force')
    .option('--annotate', 'for predict and annotate: let Lasair have what comes of it')
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      const { replay } = await import('../replay/run.js');
      await replay(options);
    });
}
