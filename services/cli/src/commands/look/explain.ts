import {
  comparedInWords,
  type ExplainedFeature,
  type ExplainedScore,
  explainScore,
  newestScores,
  objectRecord,
  quantileInWords,
} from '@lvra/operations';
import { Command } from 'commander';
import { idOf } from '../../command-line/option-parsers.js';
import { table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';

const HELP = `
What each feature added to the newest score of the object by each VRA, the strongest first: exact Shapley values.
  added     to what the model gives other rows on average, in log-odds (0 is a score of 0.5) or, for models that average
            probabilities, as a probability; all together they make the score. The bar is beside it: left less, right more
  value     as the model was given it
  quantile  where the value lies among those of the model's import (0 % the least); a range where many are the same; of a
            missing value how many were missing; empty where the manifest does not tell
They say what pushed the model, not what the object is. Features that go together share what they add.
Where model and feature file do not give the recorded score, nothing is explained, and it says why.

Examples:
  lvra explain 313637921267122191
  lvra explain 313637921267122191 --vra r0b --json | jq -r '.scores[0].features[:5][] | [.feature, .contribution] | @tsv'`;

interface Options {
  readonly vra?: string;
  readonly json?: true;
}

interface Answer {
  readonly diaObjectId: string;
  readonly scores: readonly ExplainedScore[];
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('what each feature added to the newest scores of an object')
    .argument('<diaObjectId>', 'as Rubin and Lasair number it')
    .option('--vra <name>', 'whose score; by default the newest of each VRA')
    .option('--json', 'for programs; ids are strings')
    .addHelpText('after', HELP)
    .action((given: string, { vra, json }: Options) => {
      const diaObjectId = idOf(given, 'a diaObjectId: write its digits');
      return printAnswer(
        async (open): Promise<Answer> => {
          const record = await objectRecord(open, diaObjectId);
          const scores = newestScores(record, vra);
          return {
            diaObjectId: record.diaObjectId,
            scores: await Promise.all(scores.map((score) => explainScore(open, score))),
          };
        },
        ({ scores }) => scores.map(describe).join('\n\n\n'),
        json,
      );
    });
}

function describe(explained: ExplainedScore): string {
  const { vra, modelVersion, score, diaSourceId, observedUtc, stem, missing, explanation, features } = explained;
  const when = observedUtc === null ? '' : `, observed ${utc(observedUtc)} UTC`;
  const head = `${vra} ${modelVersion ?? ''}: ${shown(score)}, of source ${diaSourceId ?? 'unknown'} in ${stem}${when}`;
  const lines = [head, ...(missing === null ? [] : [missing])];
  if (explanation) {
    const { unit, base, value } = explanation;
    const steps = `${base.toFixed(4)} on average, ${signed(value - base)} by its features, makes ${value.toFixed(4)}`;
    lines.push(
      `compared with ${comparedInWords(explained)}`,
      unit === 'log-odds' ? `in log-odds: ${steps}, which is the score ${shown(score)}` : `in probability: ${steps}`,
    );
  }
  if (features.length > 0) lines.push('', featureTable(features));
  return lines.join('\n');
}

function featureTable(features: readonly ExplainedFeature[]): string {
  const most = Math.max(...features.map(({ contribution }) => Math.abs(contribution ?? 0)));
  if (features.some(({ contribution }) => contribution === null)) {
    return table(['feature', 'value', 'quantile'], features.map(plainRow), [1]);
  }
  const rows = features.map((each) => {
    const [name, value, quantile] = plainRow(each);
    return [name, value, quantile, signed(each.contribution as number), barOf(each.contribution as number, most)];
  });
  return table(['feature', 'value', 'quantile', 'added', ''], rows, [1, 3]);
}

function plainRow(feature: ExplainedFeature): [string, string, string] {
  return [feature.feature, feature.value ?? 'missing', quantileInWords(feature)];
}

/** Of a bar to either side, in letters. */
const HALF = 12;

function barOf(contribution: number, most: number): string {
  const bar = '#'.repeat(most > 0 ? Math.round((Math.abs(contribution) / most) * HALF) : 0);
  return contribution < 0 ? `${bar.padStart(HALF)}|` : `${' '.repeat(HALF)}|${bar}`;
}

function signed(number: number): string {
  return `${number < 0 ? '' : '+'}${number.toFixed(4)}`;
}

/** A score of a table in which another program may have left a text. */
function shown(score: unknown): string {
  return typeof score === 'number' ? score.toFixed(4) : String(score ?? 'none');
}
