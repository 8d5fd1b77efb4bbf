import { cpus } from 'node:os';
import Table from 'cli-table3';

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

/** A line that says whether an objective is met. @param atMost false where more is better */
export function verdict(what: string, value: number, objective: number, unit: string, atMost: boolean): string {
  const share = atMost ? value / objective - 1 : 1 - value / objective;
  const bound = `${atMost ? 'at most' : 'at least'} ${objective.toLocaleString('en')} ${unit}`;
  const found = `${what}: ${value.toLocaleString('en', { maximumSignificantDigits: 4 })} ${unit}`;
  return share <= 0 ? `MET     ${found} (${bound})` : `MISSED  ${found}, by ${(100 * share).toFixed(0)} % (${bound})`;
}

export const machine = () => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;

/** Prints the lines of a scenario, and has the process end with 1 where the run itself is broken. */
export function finish(lines: readonly string[], faults: readonly string[]): void {
  const broken = faults.map((fault) => `BROKEN  ${fault}`);
  process.stdout.write(`${[...lines, ...broken, machine()].join('\n')}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
