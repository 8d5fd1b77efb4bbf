import { relative } from 'node:path';
import { quantile } from '@lvra/core';
import type { RunScore } from '@lvra/ledger';
import { nightAt } from '@lvra/operations';
import { isReal, type Sandbox, type Truth } from '@lvra/simulator';
import { count, duration, table } from '../command-line/output.js';
import { countsOf } from '../command-line/progress.js';
import type { EmbeddedPipeline } from '../run/embedded-pipeline.js';

/** Between bogus and real; the model gives probabilities. */
const REAL_FROM = 0.5;
const SHOWN_SCORES = 10;

/** Prints what the demonstration did. */
export async function describeDemo(
  { pipeline }: EmbeddedPipeline,
  sandbox: Sandbox,
  truths: ReadonlyMap<bigint, Truth>,
  tookMs: number,
): Promise<string> {
  const { ledger, metrics, paths } = pipeline;
  const { alerts, scores } = await countsOf(metrics);
  const { accepted = 0, superseded = 0 } = await ledger.totals.outcomes();
  const latencies = await ledger.totals.latenciesMs();
  const best = await ledger.totals.highestScores(scores);
  const quarantined = await ledger.quarantine.list();
  const reasons = [...new Set(quarantined.map(({ reason }) => reason))].join(', ');
  const calls = Object.values(sandbox.counts.calls.annotatelist).reduce((sum, each) => sum + each, 0);
  const [median = 'none', most = 'none'] =
    latencies.length === 0 ? [] : [0.5, 0.99].map((share) => duration(quantile(latencies, share)));
  // Messages that are no JSON are in no batch.
  const messages = alerts + quarantined.filter(({ stage }) => stage === 'consumer').length;
  const facts = [
    [
      'alerts in',
      count(messages),
      `in ${duration(tookMs)}, ${count(Math.round((messages * 1_000) / tookMs))} a second`,
    ],
    ['quarantined', count(quarantined.length), `could not be used, and are kept: ${reasons}`],
    [
      'no data',
      count(messages - quarantined.length - scores),
      'came without the alert itself, as some of Lasair’s do: nothing to score',
    ],
    ['scored', count(scores), `${rightShare(best, truths)} of the objects on the right side of ${REAL_FROM}`],
    [
      'annotated',
      count(accepted),
      `in ${count(calls)} calls; ${count(superseded)} more had a newer source of their object`,
    ],
    ['latency', median, `from arrival to annotation, median; ${most} for 99 in 100`],
  ] as const;
  const night = nightAt(Date.now()).name;
  const root = relative(process.cwd(), paths.root);
  const next = [
    ...(best[0]
      ? ([
          [`lvra object ${best[0].diaObjectId}`, 'the first of the list: all its scores'],
          [`lvra explain ${best[0].diaObjectId}`, 'why it has its score'],
        ] as const)
      : []),
    ['lvra start console', 'all of it as pages, until Ctrl-C'],
    ['lvra top', 'the highest scores, with magnitude, band and state at Lasair'],
    ['lvra status', 'what is done, by stage'],
    [`lvra stem ${quarantined[0]?.stem ?? '<stem>'}`, 'the history of one batch'],
    ['lvra quarantine list', 'the messages that could not be used, and why'],
    [`lvra export scores --from ${night} --out tables`, 'the night as a table for notebooks'],
  ] as const;
  const width = Math.max(...next.map(([command]) => command.length));
  return [
    '',
    ...facts.map(([name, value, note]) => `${name.padEnd(12)}${value.padStart(8)}   ${note}`),
    '',
    'The highest scores, and what the simulator knows the objects to be:',
    highest(best.slice(0, SHOWN_SCORES), truths),
    '',
    `The batches (JSON/), features (csv/), logs and database (db/log.db) are in ${root}/. The scores are those of a`,
    'demonstration model, and say nothing about the sky. To look further:',
    ...next.map(([command, what]) => `  LVRA_DATA_ROOT=${root} ${command.padEnd(width)}  ${what}`),
  ].join('\n');
}

/** The share of objects that the scores classify correctly, in percent. */
function rightShare(scores: readonly RunScore[], truths: ReadonlyMap<bigint, Truth>): string {
  const right = scores.filter(({ diaObjectId, score }) => {
    const truth = truths.get(diaObjectId);
    return truth !== undefined && isReal(truth) === score >= REAL_FROM;
  });
  return scores.length === 0 ? 'none' : `${Math.round((100 * right.length) / scores.length)} %`;
}

function highest(best: readonly RunScore[], truths: ReadonlyMap<bigint, Truth>): string {
  const rows = best.map(({ diaObjectId, score }) => {
    const truth = truths.get(diaObjectId) ?? 'unknown';
    const isInTheSky = truth !== 'unknown' && isReal(truth);
    return [String(diaObjectId), score.toFixed(4), isInTheSky ? truth : `${truth} (not real)`];
  });
  return table(['object', 'score', 'is'], rows, [0, 1]);
}
