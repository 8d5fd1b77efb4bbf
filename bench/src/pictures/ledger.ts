import { drawLines } from './lines.js';

/** Of `bench/results/ledger.json`, what is drawn; times in ms. */
export interface LedgerCurve {
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly curve: readonly {
    readonly rows: number;
    readonly operation: string;
    readonly p99: number;
    readonly workP50: number;
    readonly workP99: number;
  }[];
}

/** What every operation on the ledger should stay under at the 99th percentile, ms. */
const LIMIT_MS = 5;

/** The time of each operation on the ledger as the ledger grows. @returns SVG */
export function drawLedger({ curve, machine, node, commit }: LedgerCurve): Promise<string> {
  const operations = [...new Set(curve.map(({ operation }) => operation))];
  return drawLines({
    title: 'Time of ledger operations as the ledger grows',
    subtitle: `one process alone; ${machine}, Node ${node}, ${commit}`,
    x: { title: 'provenance rows', log: true, ticks: [...new Set(curve.map(({ rows }) => rows))] },
    y: { title: 'ms', log: true, format: '~g' },
    limit: { y: LIMIT_MS, label: `${LIMIT_MS} ms` },
    ...{ columns: 4, size: { width: 190, height: 130 } },
    panels: operations.map((operation) => ({
      title: operation,
      points: curve
        .filter((point) => point.operation === operation)
        .flatMap(({ rows, p99, workP50, workP99 }) => [
          { x: rows, y: workP50, line: 'median, own work' },
          { x: rows, y: workP99, line: '99th percentile, own work' },
          { x: rows, y: p99, line: '99th percentile with the wait for the disk' },
        ]),
    })),
  });
}
