import type { Settings } from '@lvra/config';
import { utcMsOf } from '@lvra/core';
import {
  type LabelOfObject,
  lightCurve,
  type ObjectLightCurve,
  type ObjectRecord,
  objectRecord,
  type Point,
  type ScoreRecord,
} from '@lvra/operations';
import { Command } from 'commander';
import { consoleLink } from '../../command-line/console-link.js';
import { idOf } from '../../command-line/option-parsers.js';
import { counted, table, utc } from '../../command-line/output.js';
import { printAnswer } from '../../command-line/print-answer.js';
import { reportTable } from '../../tns/format-report.js';

const HELP = `
Every score of the object, of every VRA and model version, newest source first:
  observed   midpointMjdTai of the source, and the same in UTC; empty where only the Python pipeline has seen the source
  at Lasair  accepted      Lasair took it, at this time (UTC)
             superseded    not sent: a newer score of the object was there
             below lowest  below LOWEST_SCORE of the VRA
             refused       not sent: Lasair could not store it
             rejected      Lasair refused it
             dry run       written to a file
             sent          by the Python pipeline, which keeps no outcome of single scores
             unanswered    sent, no answer yet
             unsent        it waits, or the VRA does not annotate
  *          what Lasair shows of the object now, as far as we know; of those sent by the Python pipeline, the last
Where the stem that it was last in gave it no score, it says why: a stage is not done, quarantine, no alert to score.
The light curve is what its newest alerts tell: detections, forced photometry, limits of non-detections.
Its labels come last first: the first one counts.
Then its reports to TNS, where there are any: the name that it has there, or why it has none.

Examples:
  lvra object 313637921267122191
  lvra object 313637921267122191 --json | jq '.scores[] | select(.isCurrent)'
  lvra object 313637921267122191 --json | jq -r '.lightCurve.points[] | [.midpointMjdTai, .band, .psfFlux] | @csv'`;

export function objectCommand(): Command {
  return new Command('object')
    .description('every score of one object, what Lasair shows of it, and its reports to TNS')
    .argument('<diaObjectId>', 'as Rubin and Lasair number it')
    .option('--json', 'for programs; ids are strings')
    .addHelpText('after', HELP)
    .action((given: string, { json }: { json?: true }) => {
      const diaObjectId = idOf(given, 'a diaObjectId: write its digits');
      return printAnswer(
        async (open) => ({
          ...(await objectRecord(open, diaObjectId)),
          lightCurve: await lightCurve(open, diaObjectId),
        }),
        describe,
        json,
      );
    });
}

type Answer = ObjectRecord & { readonly lightCurve: ObjectLightCurve };

function describe(
  { diaObjectId, lastStem, scores, unscored, lightCurve, labels, tns }: Answer,
  settings: Settings,
): string {
  const sources = new Set(scores.map(({ diaSourceId }) => diaSourceId)).size;
  const summary = `${diaObjectId}: ${counted(scores.length, 'score')} of ${counted(sources, 'source')}; last in ${lastStem ?? 'no stem'}`;
  const more = [
    describeCurve(lightCurve),
    ...labels.map(describeLabel),
    ...(unscored.length > 0 ? [`No score of ${lastStem}. ${unscored.join('\n')}`] : []),
    ...(scores.length > 0 ? [`\n${table(HEAD, scores.map(rowOf), [6])}`] : []),
    ...(tns.length > 0 ? [`\n${reportTable(tns)}`] : []),
  ];
  const link = consoleLink(settings, `/objects/${diaObjectId}`).map((line) => `\n${line}`);
  return [summary, ...more, ...link].join('\n');
}

function describeCurve({ points, missing }: ObjectLightCurve): string {
  if (points.length === 0) return `no light curve: ${missing ?? 'its alerts have no source'}`;
  const kinds = { detection: 'detection', forced: 'forced photometry', limit: 'limit' } as const;
  const counts = Object.entries(kinds).flatMap(([kind, name]) => {
    const some = points.filter((point) => point.kind === kind);
    const unusable = some.filter((point) => point.unusable !== null).length;
    if (some.length === 0) return [];
    const number = kind === 'forced' ? `${some.length} of ${name}` : counted(some.length, name);
    return [unusable === 0 ? number : `${number} (${unusable} cannot be used)`];
  });
  const [first, last] = [points[0], points.at(-1)].map((point) => utc(utcMsOf((point as Point).midpointMjdTai)));
  return `light curve: ${counts.join(', ')}; ${first} to ${last} UTC${missing === null ? '' : `; ${missing}`}`;
}

/** The first one counts. */
function describeLabel({ label, who, at }: LabelOfObject, place: number): string {
  return `${place === 0 ? 'label' : 'before'}: ${label}, by ${who}, ${utc(at)} UTC`;
}

const HEAD = [
  '',
  'observed (MJD TAI)',
  '(UTC)',
  'diaSourceId',
  'VRA',
  'version',
  'score',
  'stem',
  'at Lasair',
  'since (UTC)',
  '',
];

function rowOf(score: ScoreRecord): string[] {
  const { midpointMjdTai: mjd, fate } = score;
  const hasFate = fate !== 'unsent' && fate !== 'unanswered';
  return [
    score.isCurrent ? '*' : '',
    decimals(mjd, 5) ?? '',
    mjd === null ? '' : utc(score.observedUtc),
    score.diaSourceId ?? '',
    score.vra,
    score.modelVersion ?? '',
    decimals(score.score, 4) ?? 'none',
    score.stem,
    fate.replaceAll('_', ' '),
    hasFate ? utc(score.fateAt) : '',
    score.fateDetail ?? '',
  ];
}

/** @param value of a table in which another program may have left a text; undefined for none */
function decimals(value: unknown, digits: number): string | undefined {
  return typeof value === 'number' ? value.toFixed(digits) : (value ?? undefined) && String(value);
}
