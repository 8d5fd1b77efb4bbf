import { quantile } from '@lvra/core';
import { BINS, type Comparison, type ScorePair } from '@lvra/operations';
import { count, table } from '../command-line/output.js';

/** What is compared: two versions, or two VRAs with their versions. */
export interface Compared {
  readonly first: string;
  readonly second: string;
  readonly from: string;
  readonly to: string;
}

/** This many objects are listed; `--json` has all. */
const CROSSINGS_SHOWN = 20;

/** The share of pairs below each quantile of the differences. */
const SHARES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;

const BAR = 24;

/** One line on what is compared. */
export function headline({ first, second, from, to }: Compared, { pairs, objects }: Comparison): string {
  const nights = from === to ? `night ${from}` : `nights ${from} to ${to}`;
  return `${first} and ${second}, ${nights}: ${count(pairs)} scores of ${count(objects)} objects`;
}

export function describe(compared: Compared, comparison: Comparison): string {
  const { onlyFirst, onlySecond } = comparison;
  const alone = [
    ...(onlyFirst > 0 ? [`${count(onlyFirst)} scores only of ${compared.first}`] : []),
    ...(onlySecond > 0 ? [`${count(onlySecond)} only of ${compared.second}`] : []),
  ];
  return [
    [headline(compared, comparison), ...(alone.length > 0 ? [`Left out: ${alone.join(', ')}`] : [])].join('\n'),
    histograms(compared, comparison),
    differences(compared, comparison),
    crossings(compared, comparison),
  ].join('\n\n');
}

function histograms({ first, second }: Compared, { histograms: [ofFirst, ofSecond] }: Comparison): string {
  const most = Math.max(...ofFirst, ...ofSecond);
  const bar = (scores: number) => '█'.repeat(Math.ceil((scores / most) * BAR));
  const rows = ofFirst.map((scores, bin) => {
    const others = ofSecond[bin] as number;
    return [
      `${(bin / BINS).toFixed(2)} to ${((bin + 1) / BINS).toFixed(2)}`,
      count(scores),
      bar(scores),
      count(others),
      bar(others),
    ];
  });
  return table(['score', first, '', second, ''], rows, [1, 3]);
}

function differences({ first, second }: Compared, comparison: Comparison): string {
  const { differences: sorted, meanDifference, meanAbsoluteDifference } = comparison;
  const greatest = Math.max(-quantile(sorted, 0), quantile(sorted, 1));
  const named = (share: number) => ({ 0: 'least', 0.5: 'median', 1: 'greatest' })[share] ?? `${share * 100}%`;
  return [
    `${second} less ${first}: mean ${signed(meanDifference)}; without sign, mean ${show(meanAbsoluteDifference)} and greatest ${show(greatest)}`,
    table(
      SHARES.map(named),
      [SHARES.map((share) => signed(quantile(sorted, share)))],
      SHARES.map((_, column) => column),
    ),
  ].join('\n');
}

/** One sentence on the objects that cross the threshold. */
export function crossingsInWords({ crossings: all, threshold, objects }: Comparison): string {
  const up = all.filter((crossing) => crossing.second > crossing.first).length;
  const [upward, downward] = [count(up), count(all.length - up)];
  return `${count(all.length)} of ${count(objects)} objects cross ${threshold} by their newest score: ${upward} up, ${downward} down`;
}

function crossings({ first, second }: Compared, comparison: Comparison): string {
  const { crossings: all } = comparison;
  const summary = crossingsInWords(comparison);
  if (all.length === 0) return summary;
  const rows = all
    .slice(0, CROSSINGS_SHOWN)
    .map((crossing) => [String(crossing.diaObjectId), String(crossing.diaSourceId), ...scoresOf(crossing)]);
  const more = all.length > CROSSINGS_SHOWN ? [`and ${count(all.length - CROSSINGS_SHOWN)} more: --json has all`] : [];
  return [summary, table(['diaObjectId', 'diaSourceId', first, second, 'difference'], rows, [2, 3, 4]), ...more].join(
    '\n',
  );
}

function scoresOf({ first, second }: ScorePair): string[] {
  return [first.toFixed(4), second.toFixed(4), signed(second - first)];
}

function show(value: number): string {
  return value !== 0 && Math.abs(value) < 0.0001 ? value.toExponential(1) : value.toFixed(4);
}

function signed(value: number): string {
  return value > 0 ? `+${show(value)}` : show(value);
}

/** For programs; ids are strings. */
export function inJson(compared: Compared, comparison: Comparison): object {
  const { differences: sorted, histograms: counts, crossings: all } = comparison;
  const { pairs, objects, onlyFirst, onlySecond, meanDifference, meanAbsoluteDifference, threshold } = comparison;
  return {
    ...compared,
    ...{ pairs, objects, onlyFirst, onlySecond, meanDifference, meanAbsoluteDifference, threshold },
    histograms: {
      edges: Array.from({ length: BINS + 1 }, (_, edge) => edge / BINS),
      first: counts[0],
      second: counts[1],
    },
    quantiles: Object.fromEntries(SHARES.map((share) => [share, quantile(sorted, share)])),
    crossings: all.map(({ diaObjectId, diaSourceId, first, second }) => ({
      diaObjectId: String(diaObjectId),
      diaSourceId: String(diaSourceId),
      first,
      second,
    })),
  };
}
