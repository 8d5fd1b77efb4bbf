import { Ledger } from '@lvra/ledger';
import { LedgerStages, VRA } from '@lvra/ledger/testing/ledger-stages';
import { serverOf } from '@lvra/ledger/testing/postgres';

// One of the processes of main.ts: takes stems through all stages, one after the other, for some seconds.
/** Numbers of stems of one writer and size and of the next are so far apart that no source comes twice. */
const STEMS_A_WRITER = 10_000;

const { place, writer, alerts, seconds, objects } = JSON.parse(process.argv[2] as string);
process.once('disconnect', () => process.exit());
const ledger = await Ledger.open(serverOf(place), [VRA], { create: false });
const stages = new LedgerStages(ledger, writer, undefined, 400);
const end = performance.now() + seconds * 1_000;
const first = (writer + 1) * STEMS_A_WRITER * 10 + alerts;
let stems = 0;
for (; performance.now() < end; stems++) await stages.run({ number: first + stems, alerts, objects });
await ledger.close();
process.send?.(stems);
process.disconnect();
