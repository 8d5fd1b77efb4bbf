import { table } from '@lvra/cli';
import type { Judgement } from './judge.js';

/** One line of the table at the end. */
export interface Row extends Partial<Judgement> {
  readonly name: string;
  readonly fault: string;
  readonly injected: number;
  readonly inFlight: number;
  readonly sent: number;
  /** From the end of the fault until every alert was settled; undefined if that never happened. */
  readonly recoverSeconds?: number;
  readonly passed: boolean;
}

/** The table of the suite as text, one line a case. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'case',
    'fault',
    'injected',
    'sent',
    'in flight',
    'lost',
    'doubled',
    'stale',
    'over budget',
    'recovered in s',
    '',
  ];
  const cells = rows.map((row) => [
    row.name,
    row.fault,
    row.injected,
    row.sent,
    row.inFlight,
    row.lost ?? '?',
    row.doubled ?? '?',
    row.stale ?? '?',
    row.overBudget ?? '?',
    row.recoverSeconds?.toFixed(1) ?? '?',
    row.passed ? '' : 'FAILED',
  ]);
  const sum = (column: (row: Row) => number | undefined) => rows.reduce((total, row) => total + (column(row) ?? 0), 0);
  cells.push([
    `${rows.length} cases`,
    '',
    sum((row) => row.injected),
    sum((row) => row.sent),
    sum((row) => row.inFlight),
    sum((row) => row.lost),
    sum((row) => row.doubled),
    sum((row) => row.stale),
    sum((row) => row.overBudget),
    '',
    '',
  ]);
  const right = [2, 3, 4, 5, 6, 7, 8, 9];
  return table(
    head,
    cells.map((row) => row.map(String)),
    right,
    Number.POSITIVE_INFINITY,
  );
}
