import { Ledger } from '@lvra/shared/ledger/ledger';
import { dataPaths } from '@lvra/shared/paths';
import { percentile } from '../statistics.js';

/** One leg of the way from Kafka to Lasair. */
export interface Leg {
  readonly name: string;
  /** s */
  readonly median: number;
  readonly p99: number;
}

const STAGES = ['consumer', 'feature', 'predict', 'annotate'] as const;
const LAST_STEM = '99999999_999999';

/**
 * How long alerts waited for the batch to close, and stems for each stage and in it, by the ledger's own record.
 *
 * @param since ms since 1970; stems of before are left out
 */
export function whereTimeGoes(root: string, since: number): Leg[] {
  const ledger = Ledger.open(dataPaths(root).database, [], { create: false });
  try {
    const times = new Map<string, number[]>();
    const note = (leg: string, ms: number) => {
      const sofar = times.get(leg);
      if (sofar) sofar.push(ms / 1_000);
      else times.set(leg, [ms / 1_000]);
    };
    const { stems } = ledger.verification;
    for (let page = stems.page('', LAST_STEM); page.length > 0; page = stems.page(page.at(-1) as string, LAST_STEM)) {
      for (const stem of page) noteStem(ledger, stem, since, note);
    }
    return [...times].map(([name, seconds]) => {
      const sorted = Float64Array.from(seconds).sort();
      return { name, median: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
    });
  } finally {
    ledger.close();
  }
}

function noteStem(ledger: Ledger, stem: string, since: number, note: (leg: string, ms: number) => void): void {
  const events = ledger.events.ofStem(stem);
  let before: number | undefined;
  for (const stage of STAGES) {
    const end = events.find((event) => event.stage === stage);
    if (!end || end.at < since) return;
    const begin = end.at - (end.durationMs ?? 0);
    if (before !== undefined) note(`waiting for ${stage}`, begin - before);
    else for (const ms of ledger.batches.receivedMs(stem) ?? []) note('until the batch closes', begin - ms);
    note(`${stage} at work`, end.durationMs ?? 0);
    before = end.at;
  }
}
