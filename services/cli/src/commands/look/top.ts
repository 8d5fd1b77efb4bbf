import { instantOfStem } from '@lvra/core';
import { type Candidate, type TopCandidates, topCandidates } from '@lvra/operations';
import { Command } from 'commander';
import { wholeNumber } from '../../command-line/option-parsers.js';
import { table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';

const HELP = `
The objects with the highest scores of the newest night that has any, from noon to noon (UTC), each by its newest source:
  change     against the score of its source before, by the same VRA; empty for its first one
  magnitude  AB, of the difference image; empty where it is fainter there than in the template, or its batch file is gone
  sources    of the object that this VRA has scored, in all nights
  at Lasair  shown: it is the score that Lasair shows of the object; the other words are those of \`lvra object --help\`

Examples:
  lvra top
  lvra top --night 20260202 --limit 100     the stems of that day (UTC)
  lvra top --json | jq -r '.candidates[] | select(.change > 0.2) | .diaObjectId'`;

interface Options {
  readonly night?: string;
  readonly vra?: string;
  readonly limit: number;
  readonly json?: true;
}

export function topCommand(): Command {
  return new Command('top')
    .description('the objects of the night with the highest scores')
    .option('--night <YYYYMMDD>', 'the stems of this day (UTC); by default the newest night')
    .option('--vra <name>', 'whose scores; by default those of the first one in the settings')
    .option('--limit <number>', 'how many objects', wholeNumber(1, 10_000), 20)
    .option('--json', 'for programs; ids are strings')
    .addHelpText('after', HELP)
    .action(({ json, ...question }: Options) =>
      printAnswer(
        (open) => topCandidates(open, question),
        (found) => describe(found, question.night),
        json,
      ),
    );
}

function describe({ vra, from, candidates }: TopCandidates, night: string | undefined): string {
  if (candidates.length === 0)
    return `${vra} has scored nothing${night ? ` in ${night}` : ' yet'}: see \`lvra status\`.`;
  const since = night ?? `since ${utc(instantOfStem(from ?? '')?.getTime() ?? Number.NaN)} (UTC)`;
  return `${vra}, ${since}\n\n${table(HEAD, candidates.map(rowOf), [1, 2, 3, 5])}`;
}

const HEAD = ['object', 'score', 'change', 'magnitude', 'band', 'sources', 'version', 'at Lasair', 'stem'];

function rowOf({ diaObjectId, score, change, magnitude, band, sources, modelVersion, atLasair, stem }: Candidate) {
  return [
    diaObjectId,
    score.toFixed(4),
    change === null ? '' : `${change < 0 ? '' : '+'}${change.toFixed(4)}`,
    magnitude?.toFixed(2) ?? '',
    band ?? '',
    String(sources),
    modelVersion ?? '',
    atLasair,
    stem,
  ];
}
