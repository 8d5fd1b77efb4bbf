import { Ledger } from '@lvra/ledger';
import { filledObjects, fillLedger } from '@lvra/ledger/testing/large-ledger';
import { LedgerStages, VRA } from '@lvra/ledger/testing/ledger-stages';
import { dataPaths } from '@lvra/store';
import { byOperation, ownMs, type Sample, Stopwatch, spread } from './timing.js';

/** A data folder with a ledger of a size. */
export interface Filled {
  readonly dataRoot: string;
  /** Of provenance. */
  readonly rows: number;
  readonly stems: number;
  readonly objects: number;
}

const FILLED = { alertsAStem: 100, sourcesAnObject: 10 };
/** Alerts per measured stem; some stems before them warm up the code. */
const ALERTS_A_STEM = 50;
const STEMS = 200;
const WARM_UP = 40;
/** In a small ledger too, so that no object comes a hundred times. */
const FEWEST_OBJECTS = 10_000;

export async function fill(dataRoot: string, rows: number): Promise<Filled> {
  const size = { ...FILLED, stems: Math.round(rows / FILLED.alertsAStem) };
  const ledger = await Ledger.open(dataPaths(dataRoot).database, [VRA], { create: true });
  try {
    fillLedger(ledger, size);
  } finally {
    await ledger.close();
  }
  return { dataRoot, rows, stems: size.stems, objects: filledObjects(size) };
}

/** What each operation, and a stem in all, takes one process alone, without the disk; the ledger grows by 12,000 rows. */
export async function measureSize({ dataRoot, stems, objects }: Filled): Promise<Map<string, string>> {
  const ledger = await Ledger.open(dataPaths(dataRoot).database, [VRA], { create: false });
  try {
    const stopwatch = new Stopwatch(ledger);
    const stages = new LedgerStages(ledger, 0, stopwatch.perform);
    const samples: Sample[] = [];
    const whole: number[] = [];
    for (let index = 0; index < WARM_UP + STEMS; index++) {
      stopwatch.samples = [];
      await stages.run({ number: stems + index, alerts: ALERTS_A_STEM, objects: Math.max(objects, FEWEST_OBJECTS) });
      if (index < WARM_UP) continue;
      whole.push(stopwatch.samples.reduce((sum, sample) => sum + ownMs(sample), 0));
      await stages.lookAround('annotate');
      samples.push(...stopwatch.samples);
    }
    const told = (values: readonly number[]) => spread(values, [0.5, 0.99]);
    const times = [...byOperation(samples)].map(([name, of]) => [name, told(of.map(ownMs))] as const);
    return new Map([...times, ['one stem through all stages', told(whole)]]);
  } finally {
    await ledger.close();
  }
}
