import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dataPaths } from '@lvra/shared/paths';
import { commitAtHand, machineAtHand } from '../results.js';
import { type CurvePoint, measureSize } from './curve.js';
import { measureQuestions, type QuestionTime } from './questions.js';
import { curveReport, loadReport, questionsReport } from './report.js';
import type { Spread } from './times.js';
import { type Load, type LoadResult, measureWriters } from './writers.js';

/** A data folder with a ledger of a size. */
export interface Filled {
  readonly dataRoot: string;
  readonly rows: number;
  readonly stems: number;
  readonly objects: number;
}

const STATUS_COMMAND = fileURLToPath(new URL('status-command-main.js', import.meta.url));

/** The survey's stream in batches of a second, the same in the smallest stems, and its peak in the largest. */
const LOADS: readonly Load[] = [
  { alertsASecond: 250, alertsAStem: 250, seconds: 40 },
  { alertsASecond: 250, alertsAStem: 20, seconds: 20 },
  { alertsASecond: 1_500, alertsAStem: 1_000, seconds: 20 },
];

/** The whole of `lvra status`, and a Node that does nothing, ms. */
interface StatusCommandTime {
  readonly status: Spread;
  readonly node: Spread;
}

interface Measurement {
  /** Of the largest ledger. */
  readonly rows: number;
  readonly questions: readonly QuestionTime[];
  /** Whole processes, by the clock. */
  readonly statusCommand: StatusCommandTime;
  readonly loads: readonly LoadResult[];
  readonly curve: readonly CurvePoint[];
}

/** One run of `make bench-ledger`; times in ms. */
export interface LedgerResult extends Measurement {
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
}

/** Measures the ledgers, smallest first, and the largest with questions and with eight writers too. */
export async function measureLedger(filled: readonly Filled[]): Promise<Measurement> {
  const largest = filled.at(-1) as Filled;
  const path = dataPaths(largest.dataRoot).database;
  const questions = measureQuestions(path);
  const statusCommand = measureStatusCommand(largest.dataRoot);
  const curve = filled.flatMap((each) => measureSize(dataPaths(each.dataRoot).database, each));
  const loads: LoadResult[] = [];
  // Numbers of stems far from each other, so that no source comes twice.
  for (const [index, load] of LOADS.entries()) {
    loads.push(await measureWriters(path, load, { ...largest, stems: largest.stems + (index + 1) * 100_000 }));
  }
  return { rows: largest.rows, questions, statusCommand, loads, curve };
}

export function resultOf(measurement: Measurement): LedgerResult {
  const about = {
    commit: commitAtHand(),
    date: new Date().toISOString(),
    machine: machineAtHand(),
    node: process.version,
  };
  return rounded({ ...about, ...measurement });
}

export function reportOf({ rows, questions, statusCommand, loads, curve, machine, node }: LedgerResult): string {
  const { status, node: bare } = statusCommand;
  return [
    `A ledger of ${rows.toLocaleString('en-GB')} rows of provenance`,
    questionsReport(questions),
    `lvra status, the whole process: ${status.p50.toFixed(0)} ms (a Node that does nothing: ${bare.p50.toFixed(0)} ms)`,
    ...loads.map(loadReport),
    'One process alone, without the wait for the disk:',
    curveReport(curve),
    `${machine}, Node ${node}`,
    '',
  ].join('\n');
}

/** Four digits are more than any of it is good for. */
function rounded<T>(value: T): T {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'number' && !Number.isInteger(each) ? Number(each.toPrecision(4)) : each,
  );
  return JSON.parse(text) as T;
}

function measureStatusCommand(dataRoot: string): StatusCommandTime {
  return JSON.parse(execFileSync(process.execPath, [STATUS_COMMAND, dataRoot], { encoding: 'utf8' }));
}
