import { userInfo } from 'node:os';
import { isLabel, UsageError } from '@lvra/core';
import { withLedger } from '@lvra/operations';
import { Command } from 'commander';
import { idOf, person } from '../../command-line/option-parsers.js';
import { print } from '../../command-line/output.js';
import { uncountedHint, unseenHint } from './hints.js';

const HELP = `
A label says what an object is: \`real\` and \`bogus\` count for r0b (POSITIVE_LABELS and NEGATIVE_LABELS of each VRA's file), and any
other word is kept too. Of several labels of an object the last one counts. A model's purity and completeness are counted over
labels: lvra model compare. All of them go out with \`lvra export labels\`; whole lists come in with \`lvra labels import\`.

Examples:
  lvra label 313637921267122191 real
  lvra label 313637921267122191 --take-back`;

export function labelCommand(): Command {
  return new Command('label')
    .description('say what an object is')
    .argument('<diaObjectId>', 'as Rubin and Lasair number it')
    .argument('[label]', '1 to 32 letters, digits, spaces and _ . + - / ?')
    .option('--take-back', 'your last label of the object, so that the one before it counts')
    .option('--who <name>', 'who says so; by default, who is logged in', person)
    .addHelpText('after', HELP)
    .action(async (id: string, label: string | undefined, { takeBack, who = userName() }: LabelOptions) => {
      const diaObjectId = idOf(id, 'a diaObjectId: write its digits');
      if ((label === undefined) === (takeBack === undefined)) throw new UsageError('write a label, or --take-back');
      await withLedger(async ({ ledger: { labels }, settings }) => {
        if (label !== undefined) {
          if (!isLabel(label)) throw new UsageError(`${JSON.stringify(label)} is no label; see lvra label --help`);
          await labels.add([{ diaObjectId, label, who, at: Date.now() }]);
        } else if (!(await labels.takeBack(diaObjectId, who))) {
          throw new UsageError(`${diaObjectId} has no label by ${who}`);
        }
        const [counts] = await labels.ofObject(diaObjectId);
        print(`${diaObjectId}: ${counts ? `${counts.label}, as ${counts.who} says` : 'no label'}`);
        if (label === undefined) return;
        const seen = await labels.seen([diaObjectId]);
        const unseen = new Set(seen.has(diaObjectId) ? [] : [diaObjectId]);
        for (const hint of [unseenHint(unseen, 1), uncountedHint(settings, [label])]) if (hint) print(hint);
      });
    });
}

interface LabelOptions {
  readonly takeBack?: true;
  readonly who?: string;
}

/** Of who is logged in. @throws UsageError if the account has no name, as in a container */
export function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    throw new UsageError('your account has no name here: say who with --who', { cause: error });
  }
}
