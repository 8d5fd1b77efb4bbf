import { Ledger } from '@lvra/shared/ledger/ledger';
import { LedgerStages, VRA } from './stages.js';
import { type Spread, spreadOf, timesOf } from './times.js';

/** What one operation costs a ledger of a size, ms; one process alone, so nothing waits for the lock. */
export interface CurvePoint {
  /** Of provenance, before the measurement. */
  readonly rows: number;
  readonly operation: string;
  /** By the clock. */
  readonly p50: number;
  readonly p99: number;
  /** The same without the wait for the disk. */
  readonly workP50: number;
  readonly workP99: number;
  /** User and system time. */
  readonly cpuP50: number;
}

/** Stems of so many alerts, after some that warm up the code. */
export const ALERTS_A_STEM = 50;
const STEMS = 200;
const WARM_UP = 40;
/** In a small ledger too, so that no object comes a hundred times. */
const FEWEST_OBJECTS = 10_000;
export const WHOLE_STEM = 'one stem through all stages';

/** Takes stems through all stages on a filled ledger. It grows by 12,000 rows. */
export function measureSize(path: string, filled: { rows: number; stems: number; objects: number }): CurvePoint[] {
  const ledger = Ledger.open(path, [VRA], { create: false });
  try {
    const stages = new LedgerStages(ledger, 0);
    const objects = Math.max(filled.objects, FEWEST_OBJECTS);
    const whole: number[] = [];
    const wholeWork: number[] = [];
    const wholeCpu: number[] = [];
    for (let index = 0; index < WARM_UP + STEMS; index++) {
      if (index === WARM_UP) stages.samples.length = 0;
      const before = stages.samples.length;
      const batch = { number: filled.stems + index, alerts: ALERTS_A_STEM, objects };
      const stem = stages.consume(batch);
      stages.feature(stem, batch);
      stages.predict(stem, batch);
      stages.annotate(stem);
      if (index < WARM_UP) continue;
      const own = stages.samples.slice(before);
      whole.push(own.reduce((sum, { ms }) => sum + ms, 0));
      wholeWork.push(own.reduce((sum, { ms, commitMs }) => sum + ms - commitMs, 0));
      wholeCpu.push(own.reduce((sum, { cpuMs }) => sum + cpuMs, 0));
      stages.lookAround('annotate');
    }
    return [
      ...timesOf(stages.samples).map(({ operation, own, work, cpu }) =>
        pointOf(filled.rows, operation, own, work, cpu),
      ),
      pointOf(filled.rows, WHOLE_STEM, spreadOf(whole), spreadOf(wholeWork), spreadOf(wholeCpu)),
    ];
  } finally {
    ledger.close();
  }
}

function pointOf(rows: number, operation: string, own: Spread, work: Spread, cpu: Spread): CurvePoint {
  return { rows, operation, p50: own.p50, p99: own.p99, workP50: work.p50, workP99: work.p99, cpuP50: cpu.p50 };
}
