import type { LedgerResult } from '../ledger/measure.js';
import { LIMIT_MS } from '../ledger/times.js';
import { drawLines } from './lines.js';

/** What is drawn of bench/results/ledger.json; times in ms. */
export type LedgerCurve = Pick<LedgerResult, 'commit' | 'machine' | 'node' | 'curve'>;

/** The time of each operation on the ledger as the ledger grows. @returns SVG */
export function drawLedger({ curve, machine, node, commit }: LedgerCurve): Promise<string> {
  const operations = [...new Set(curve.map(({ operation }) => operation))];
  return drawLines({
    title: 'Time of ledger operations as the ledger grows',
    subtitle: `dashed: ${LIMIT_MS} ms; one process alone, ${machine}, Node ${node}, ${commit}`,
    x: { title: 'provenance rows', log: true, ticks: [...new Set(curve.map(({ rows }) => rows))] },
    y: { title: 'ms', log: true, format: '~g' },
    limit: LIMIT_MS,
    ...{ columns: 4, size: { width: 190, height: 130 } },
    panels: operations.map((operation) => ({
      title: operation,
      points: curve
        .filter((point) => point.operation === operation)
        .flatMap(({ rows, p99, workP50, workP99 }) => [
          { x: rows, y: workP50, line: 'median, own work' },
          { x: rows, y: workP99, line: '99th percentile, own work' },
          { x: rows, y: p99, line: '99th percentile with the disk' },
        ]),
    })),
  });
}
