import Table from 'cli-table3';
import type { Measured } from './measure.js';

/** One run of `make bench-micro`. */
export interface MicroResult {
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  /** Of each kind of alerts, in the mean. */
  readonly bytesAnAlert: Readonly<Record<string, number>>;
  readonly paths: readonly Measured[];
}

/** A result as a table: each figure with the quickest and the slowest of its rounds. */
export function reportOf({ paths, bytesAnAlert, commit, machine, node }: MicroResult): string {
  const head = ['', 'hot path', 'alerts', 'CPU an alert', 'of the rounds', 'x JSON.parse', 'of the rounds'];
  const colAligns = ['left', 'left', 'left', 'right', 'right', 'right', 'right'] as const;
  const table = new Table({ head, style: { head: [], border: [], compact: true }, colAligns: [...colAligns] });
  for (const { group, name, input, cpuUs, spreadUs, ofParse, spreadOfParse } of paths) {
    const us = [time(cpuUs), spreadUs.map(time).join(' to ')];
    table.push([group, name, input, ...us, ratio(ofParse), spreadOfParse.map(ratio).join(' to ')]);
  }
  const kinds = Object.entries(bytesAnAlert).map(([name, bytes]) => `${name} ${(bytes / 1_000).toFixed(1)}`);
  return [
    table.toString(),
    `CPU is user and system time of all threads. kB an alert in the mean: ${kinds.join(', ')}`,
    `${machine}, Node ${node} (${commit})`,
    '',
  ].join('\n');
}

const time = (us: number) => (us < 1 ? `${(us * 1_000).toFixed(0)} ns` : `${us.toFixed(us < 10 ? 2 : 1)} µs`);

const ratio = (value: number) => value.toPrecision(2);
