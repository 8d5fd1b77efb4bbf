import Table from 'cli-table3';
import type { CurvePoint } from './curve.js';
import type { QuestionTime } from './questions.js';
import { LIMIT_MS, type Spread } from './times.js';
import type { LoadResult } from './writers.js';

const ms = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const spread = ({ p50, p99, max }: Spread) => `${ms(p50)}  ${ms(p99)}  ${ms(max)}`;

function table(head: string[], rows: string[][]): string {
  const drawn = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  drawn.push(...rows);
  return drawn.toString();
}

/** What eight writers took, each time as median, 99th percentile and most, ms. */
export function loadReport(load: LoadResult): string {
  const { alertsASecond, alertsAStem, stems, drainedSeconds, operations, together, disk } = load;
  const rows = operations.map(({ operation, times, total, work, commit, wait, cpu }) => [
    operation,
    String(times),
    spread(total),
    spread(work),
    spread(commit),
    spread(wait),
    spread(cpu),
  ]);
  return [
    `${alertsASecond} alerts a second in stems of ${alertsAStem}: ${stems} stems, the last ${drainedSeconds.toFixed(1)} s after the end`,
    table(['ms: p50, p99, most', 'times', 'in all', 'its own work', 'commit', 'wait for the lock', 'CPU'], rows),
    `all ${together.times} together: 99 of 100 within ${ms(together.p99)} ms, ${together.percentWithin.toFixed(1)} of 100 within ${LIMIT_MS} ms`,
    `a bare write and fsync beside it: ${spread(disk)} ms`,
  ].join('\n');
}

export function questionsReport(questions: readonly QuestionTime[]): string {
  const rows = questions.map(({ question, asked, clock, cpu }) => [question, asked, spread(clock), ms(cpu.p50)]);
  return table(['question', 'asked', 'ms: p50, p99, most', 'CPU ms'], rows);
}

/** A row an operation, a column a size: median and 99th percentile of its own work, ms. */
export function curveReport(points: readonly CurvePoint[]): string {
  const sizes = [...new Set(points.map(({ rows }) => rows))];
  const operations = [...new Set(points.map(({ operation }) => operation))];
  const cell = (operation: string, rows: number) => {
    const point = points.find((each) => each.operation === operation && each.rows === rows);
    return point ? `${ms(point.workP50)}  ${ms(point.workP99)}  ${ms(point.cpuP50)}` : '';
  };
  return table(
    ['ms: p50, p99, CPU', ...sizes.map((rows) => rows.toLocaleString('en-GB'))],
    operations.map((operation) => [operation, ...sizes.map((rows) => cell(operation, rows))]),
  );
}
