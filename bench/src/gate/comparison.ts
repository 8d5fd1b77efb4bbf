import { quantile } from '@lvra/core';
import { table } from '../pipeline/about.js';
import { STAGES } from '../pipeline/pipeline.js';
import { median } from '../pipeline/statistics.js';
import type { PairOfRounds, StageCpu } from './rounds.js';

/** The parts that have a ratio. */
export const MEASURED = [...STAGES, 'all'] as const;
export type Measured = (typeof MEASURED)[number];

export const titleOf = (name: Measured): string => (name === 'all' ? 'all four' : name);

/** One stage, or all four, in both versions. */
export interface Compared {
  readonly name: Measured;
  /** Medians of the rounds, CPU ms an alert. */
  readonly base: number;
  readonly here: number;
  /** Here over base, pair by pair: what slows the machine down slows both. The median and both quartiles. */
  readonly ratio: { readonly median: number; readonly lower: number; readonly upper: number };
}

/** Compares two versions by rounds that were run in turn. */
export function compare(pairs: readonly PairOfRounds[]): Compared[] {
  const all = (cpu: StageCpu) => STAGES.reduce((sum, stage) => sum + cpu[stage], 0);
  const compared = (name: Compared['name'], of: (cpu: StageCpu) => number): Compared => {
    const ratios = pairs.map(({ base, here }) => of(here) / of(base)).sort((a, b) => a - b);
    return {
      name,
      base: median(pairs.map(({ base }) => of(base))),
      here: median(pairs.map(({ here }) => of(here))),
      ratio: { median: median(ratios), lower: quantile(ratios, 0.25), upper: quantile(ratios, 0.75) },
    };
  };
  return [...STAGES.map((stage) => compared(stage, (cpu) => cpu[stage])), compared('all', all)];
}

/** The comparison as a table. */
export function comparisonReport(compared: readonly Compared[], base: string, here: string): string {
  const rows = compared.map(({ name, base, here, ratio }) => [
    ...[titleOf(name), base.toFixed(3), here.toFixed(3)],
    ...[ratio.median, ratio.lower, ratio.upper].map((value) => value.toFixed(2)),
  ]);
  return table(['CPU ms/alert', base, here, 'ratio', 'lower', 'upper'], rows);
}
