import { checkpointBeside } from '../ledger/checkpoints.js';
import { Ledger } from '../ledger/ledger.js';

// A process of checkpoints.test.ts: node exits-amid-checkpoints.js DATABASE MICROSECONDS
// It ends well so long after its thread has begun to open the ledger.
const [path, microseconds] = process.argv.slice(2) as [string, string];
const { turn } = checkpointBeside(Ledger.open(path, ['r0b'], { create: true }).database);
// Whoever polls with a timer would never meet that moment.
const deadline = performance.now() + 20_000;
while (!turn.taken) if (performance.now() > deadline) process.exit(3);
const leave = performance.now() + Number(microseconds) / 1_000;
while (performance.now() < leave);
process.exit(0);
