import type { ServiceName } from '@lvra/test-servers/service';
import Table from 'cli-table3';
import { STAGES } from './pipeline.js';
import { median } from './statistics.js';

/** CPU ms an alert, by stage. */
export type StageCpu = Readonly<Record<ServiceName, number>>;

/** The same alerts through both versions, one right after the other. */
export interface PairOfRounds {
  readonly base: StageCpu;
  readonly here: StageCpu;
}

/** One stage, or all four, in both versions. */
export interface Compared {
  readonly name: ServiceName | 'all four';
  /** Medians of the rounds, CPU ms an alert. */
  readonly base: number;
  readonly here: number;
  /** Here over base, pair by pair: what slows the machine down slows both. */
  readonly ratio: { readonly median: number; readonly least: number; readonly most: number };
}

/** Compares two versions by rounds that were run in turn. */
export function compare(pairs: readonly PairOfRounds[]): Compared[] {
  const all = (cpu: StageCpu) => STAGES.reduce((sum, stage) => sum + cpu[stage], 0);
  const compared = (name: Compared['name'], of: (cpu: StageCpu) => number): Compared => {
    const ratios = pairs.map(({ base, here }) => of(here) / of(base));
    return {
      name,
      base: median(pairs.map(({ base }) => of(base))),
      here: median(pairs.map(({ here }) => of(here))),
      ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
    };
  };
  return [...STAGES.map((stage) => compared(stage, (cpu) => cpu[stage])), compared('all four', all)];
}

/** A table for people. */
export function comparisonReport(compared: readonly Compared[], base: string, here: string): string {
  const table = new Table({
    head: ['CPU ms/alert', base, here, 'ratio', 'from', 'to'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, base, here, ratio } of compared) {
    const ratios = [ratio.median, ratio.least, ratio.most].map((value) => value.toFixed(2));
    table.push([name, base.toFixed(3), here.toFixed(3), ...ratios]);
  }
  return table.toString();
}
