import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/ledger';
import { LedgerStages, VRA } from '@lvra/ledger/testing/ledger-stages';
import { Stopwatch } from './timing.js';
import type { Order } from './writers.js';

// One of the processes of writers.ts: takes stems through all stages at a fixed interval, and reports how long each took.
const WARM_UP_STEMS = 5;

const { path, writer, first, stems, alerts, everyMs, startMs, objects }: Order = JSON.parse(process.argv[2] as string);
// Interrupted with the benchmark.
process.once('disconnect', () => process.exit());
const ledger = await Ledger.open(path, [VRA], { create: false });
// As the stages of the services do when they are idle.
setInterval(() => void ledger.work('feature', VRA).tidy(), 2_000).unref();
const stopwatch = new Stopwatch(ledger);
const stages = new LedgerStages(ledger, writer, stopwatch.perform);
const begun = performance.now() + startMs;
for (let stem = 0; stem < WARM_UP_STEMS + stems; stem++) {
  await sleep(Math.max(0, begun + stem * everyMs - performance.now()));
  if (stem === WARM_UP_STEMS) stopwatch.samples = [];
  await stages.run({ number: first + stem, alerts, objects });
}
const behindMs = performance.now() - begun - (WARM_UP_STEMS + stems) * everyMs;
await ledger.close();
process.send?.({ samples: stopwatch.samples, behindMs });
process.disconnect();
